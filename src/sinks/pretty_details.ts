/**
 * Which fields tell most about each kind of event, and how they read on one line.
 */
import type { FieldValue } from "../events/event.ts";
import type { EventDefinition } from "../schema/types.ts";

/** Gives the telling part of an event's line, not yet escaped. */
export type Details = (values: readonly FieldValue[]) => string;

/**
 * Per event id: text in which `{Field}` stands for a field's value. Events without an entry show
 * all their fields that have a value.
 */
const TEMPLATES: ReadonlyMap<number, string> = new Map([
  [1, "{CommandLine}"],
  [2, "{TargetFilename} {PreviousCreationUtcTime} -> {CreationUtcTime}"],
  [4, "{State} {Version}"],
  [5, ""],
  [7, "{ImageLoaded}"],
  [8, "-> {TargetProcessId} {TargetImage}"],
  [9, "{Device}"],
  [10, "-> {TargetProcessId} {TargetImage} {GrantedAccess}"],
  [11, "{TargetFilename}"],
  [12, "{EventType} {TargetObject}"],
  [13, "{EventType} {TargetObject} = {Details}"],
  [14, "{EventType} {TargetObject} -> {NewName}"],
  [15, "{TargetFilename} {Contents}"],
  [16, "{Configuration} {ConfigurationFileHash}"],
  [17, "{PipeName}"],
  [18, "{PipeName}"],
  [22, "{QueryName} -> {QueryResults}"],
  [23, "{TargetFilename}"],
  [25, "{Type}"],
  [26, "{TargetFilename}"],
  [27, "{TargetFilename}"],
  [28, "{TargetFilename}"],
  [29, "{TargetFilename}"],
  [100, "{BpfCommand} {BpfProgramType} {BpfProgramId} {BpfProgramName}"],
  [255, "{ID} {Description}"],
]);

const NETWORK_CONNECT_ID = 3;

/** Shown in columns of their own, or of no use to a reader. */
const NOT_DETAILS: ReadonlySet<string> = new Set([
  "RuleName",
  "UtcTime",
  "ProcessGuid",
  "ProcessId",
  "Image",
  "User",
]);

/** Chooses the details of one definition's events. */
export function detailsOf(definition: EventDefinition): Details {
  if (definition.id === NETWORK_CONNECT_ID) return networkDetails(definition);
  const template = TEMPLATES.get(definition.id);
  return template === undefined ? allFields(definition) : fromTemplate(definition, template);
}

function fromTemplate(definition: EventDefinition, template: string): Details {
  const pieces = template.split(/[{}]/);
  const indexes = pieces.map((piece, i) => i % 2 === 1 ? definition.fieldIndex.get(piece) : -1);
  return (values) => {
    let text = "";
    for (let i = 0; i < pieces.length; i++) {
      const index = indexes[i];
      text += index === undefined ? "-" : index < 0 ? pieces[i] : values[index];
    }
    return text;
  };
}

function allFields(definition: EventDefinition): Details {
  const shown = definition.fields.filter((field) => !NOT_DETAILS.has(field.name));
  return (values) =>
    shown.filter((field) => values[field.index] !== "-")
      .map((field) => `${field.name}=${values[field.index]}`).join(" ");
}

function networkDetails(definition: EventDefinition): Details {
  const at = (name: string) => definition.fieldIndex.get(name) ?? -1;
  const protocol = at("Protocol");
  const initiated = at("Initiated");
  const [sourceIp, sourcePort] = [at("SourceIp"), at("SourcePort")];
  const [destinationIp, destinationPort] = [at("DestinationIp"), at("DestinationPort")];
  return (values) =>
    `${values[protocol]} ${values[initiated] === false ? "in " : "out"} ` +
    `${endpoint(values[sourceIp], values[sourcePort])} -> ` +
    endpoint(values[destinationIp], values[destinationPort]);
}

function endpoint(address: FieldValue, port: FieldValue): string {
  return String(address).includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
