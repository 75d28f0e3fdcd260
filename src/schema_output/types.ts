/** How Sysmon's manifest spells the types of fields, and how people do. */
import type { FieldHistory } from "../schema/mod.ts";

/** The manifest's `inType`. */
export const IN_TYPES: Readonly<Record<FieldHistory["type"], string>> = {
  string: "win:UnicodeString",
  uint16: "win:UInt16",
  uint32: "win:UInt32",
  uint64: "win:UInt64",
  hexint32: "win:HexInt32",
  hexint64: "win:HexInt64",
  boolean: "win:Boolean",
  guid: "win:GUID",
  pointer: "win:Pointer",
  pid: "win:UInt32",
};

/** The manifest's `outType`, where it gives one. */
export const OUT_TYPES: Readonly<Partial<Record<FieldHistory["type"], string>>> = {
  string: "xs:string",
  pid: "win:PID",
};

/** For people. */
export const TYPE_NAMES: Readonly<Record<FieldHistory["type"], string>> = {
  string: "text",
  uint16: "16-bit number",
  uint32: "32-bit number",
  uint64: "64-bit number",
  hexint32: "32-bit number, hexadecimal",
  hexint64: "64-bit number, hexadecimal",
  boolean: "true or false",
  guid: "GUID",
  pointer: "address",
  pid: "process id",
};
