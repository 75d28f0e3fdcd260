/**
 * How a table says where Sysmon's fields go in another schema.
 */
import { type ConversionName, CONVERSIONS } from "./conversions.ts";

/** A constant of the target schema, by dotted path. */
export type Constants = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * Destinations of fields, by Sysmon's name: `path` or `path:conversion`, separated by blanks. A field
 * that no whole conversion took is rendered where the schema keeps what it has no name for.
 */
export type FieldTable = Readonly<Record<string, string>>;

/** Constants that depend on the value of one field. */
export interface Choice {
  /** Sysmon's name of the field. */
  readonly field: string;
  /** By value; a value that is not here has the event's own constants. */
  readonly constants: Readonly<Record<string, Constants>>;
}

/** One event id in another schema. */
export interface EventMapping {
  readonly constants: Constants;
  readonly choice?: Choice;
  /** What differs from the table for all events. */
  readonly fields?: FieldTable;
}

/** One place that a field's value goes to. */
export interface Destination {
  readonly path: string;
  readonly conversion: ConversionName;
}

/** Where one event's field goes; empty where the target schema has no name for it. */
export function destinationsOf(
  field: string,
  mapping: EventMapping,
  common: FieldTable,
): Destination[] {
  const text = mapping.fields?.[field] ?? common[field] ?? "";
  return text.split(" ").filter((part) => part !== "").map((part) => {
    const [path, conversion = "text"] = part.split(":");
    if (!(conversion in CONVERSIONS)) throw new Error(`no conversion ${conversion}`);
    return { path, conversion: conversion as ConversionName };
  });
}
