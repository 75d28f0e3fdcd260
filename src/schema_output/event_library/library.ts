/** A library for Windows that has resources and no code (PE32+, x86-64). */
import type { EventProvider } from "../../schema/mod.ts";
import { Bytes } from "./bytes.ts";
import { messageTable } from "./messages.ts";
import { manifestResource } from "./template.ts";

const FILE_ALIGNMENT = 0x200;
const SECTION_ALIGNMENT = 0x1000;
const ENGLISH = 1033;
const RT_MESSAGETABLE = 11;
const IS_NAME = 0x8000_0000;
const IS_DIRECTORY = 0x8000_0000;
const RESOURCE_NAME = "WEVT_TEMPLATE";
const DIRECTORY_BYTES = 16;
const ENTRY_BYTES = 8;
const DATA_ENTRY_BYTES = 16;

/** The library that a manifest names as `resourceFileName`: the manifest in binary form, and its texts. */
export function eventLibrary(provider: EventProvider): Uint8Array<ArrayBuffer> {
  const section = resources(manifestResource(provider), messageTable());
  const padded = new Bytes().raw(section).align(FILE_ALIGNMENT).done();
  const image = SECTION_ALIGNMENT + roundUp(section.length, SECTION_ALIGNMENT);
  return heads(section.length, padded.length, image).raw(padded).done();
}

/** The section `.rsrc`: each resource by type, then by its number 1, then by language. */
function resources(manifest: Uint8Array, messages: Uint8Array): Uint8Array {
  const level = DIRECTORY_BYTES + ENTRY_BYTES;
  const second = DIRECTORY_BYTES + 2 * ENTRY_BYTES;
  const entries = second + 4 * level;
  const name = entries + 2 * DATA_ENTRY_BYTES;
  const out = new Bytes();
  // Named types stand in front of numbered ones.
  directory(out, 1, 1);
  out.u32(IS_NAME + name, IS_DIRECTORY + second, RT_MESSAGETABLE, IS_DIRECTORY + second + level);
  for (const resource of [0, 1]) {
    directory(out, 0, 1);
    out.u32(1, IS_DIRECTORY + second + (2 + resource) * level);
  }
  for (const resource of [0, 1]) {
    directory(out, 0, 1);
    out.u32(ENGLISH, entries + resource * DATA_ENTRY_BYTES);
  }
  const holes = [manifest, messages].map(({ length }) => {
    const hole = out.hole();
    out.u32(length, 0, 0);
    return hole;
  });
  out.u16(RESOURCE_NAME.length).wide(RESOURCE_NAME);
  for (const [at, bytes] of [manifest, messages].entries()) {
    out.align(8);
    out.fill(holes[at], SECTION_ALIGNMENT + out.end);
    out.raw(bytes);
  }
  return out.done();
}

function directory(out: Bytes, named: number, numbered: number): void {
  out.u32(0, 0, 0).u16(named, numbered);
}

/** All that stands in front of the one section. */
function heads(sectionBytes: number, fileBytes: number, imageBytes: number): Bytes {
  const PE_AT = 0x40;
  const out = new Bytes().ascii("MZ");
  while (out.end < 0x3c) out.u8(0);
  out.u32(PE_AT).ascii("PE\0\0");
  // x86-64, one section, no time, no symbols; executable, large addresses, a library.
  out.u16(0x8664, 1).u32(0, 0, 0).u16(0xf0, 0x2022);
  // PE32+: no code, no data, no entry.
  out.u16(0x20b, 0).u32(0, fileBytes, 0, 0, 0);
  out.u32(0x8000_0000, 1, SECTION_ALIGNMENT, FILE_ALIGNMENT);
  // Windows 6.0 and later, as programs and subsystem (2: no console).
  out.u16(6, 0, 0, 0, 6, 0).u32(0, imageBytes, FILE_ALIGNMENT, 0).u16(2, 0x4160);
  // Stack and heap as compilers write them.
  out.u32(0x10_0000, 0, 0x1000, 0, 0x10_0000, 0, 0x1000, 0, 0, 16);
  const RESOURCES = 2;
  for (let i = 0; i < 16; i++) {
    if (i === RESOURCES) out.u32(SECTION_ALIGNMENT, sectionBytes);
    else out.u32(0, 0);
  }
  out.ascii(".rsrc\0\0\0").u32(sectionBytes, SECTION_ALIGNMENT, fileBytes, FILE_ALIGNMENT);
  // Initialised data, readable.
  return out.u32(0, 0, 0, 0x4000_0040).align(FILE_ALIGNMENT);
}

function roundUp(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}
