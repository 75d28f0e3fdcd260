/** What operators, entries and attributes mean, in a sentence each. */
import type { Operator } from "../schema/mod.ts";

/** Operators compare without regard to the case of A to Z. */
export const OPERATOR_MEANINGS: Readonly<Record<Operator, string>> = {
  "is": "The field equals the value.",
  "is not": "The field does not equal the value.",
  "contains": "The field contains the value.",
  "contains any": "The field contains at least one item of the list (separated by ;).",
  "is any": "The field equals one item of the list (separated by ;).",
  "contains all": "The field contains every item of the list (separated by ;).",
  "excludes": "The field does not contain the value.",
  "excludes any": "The field contains no item of the list (separated by ;).",
  "excludes all": "The field lacks at least one item of the list (separated by ;).",
  "begin with": "The field begins with the value.",
  "not begin with": "The field does not begin with the value.",
  "end with": "The field ends with the value.",
  "not end with": "The field does not end with the value.",
  "less than": "The field sorts before the value, as text: 80 is not less than 1024.",
  "more than": "The field sorts behind the value, as text: 80 is more than 1024.",
  "image": "What follows the last path separator of the field equals the value; " +
    "the whole field, when the value is a path.",
};

/** By the name of the element directly under Sysmon. */
export const ENTRY_MEANINGS: Readonly<Record<string, string>> = {
  ArchiveDirectory: "Folder at the root of each volume for deleted files; one path component.",
  CaptureClipboard: "Records what is copied to the clipboard (event 24).",
  CheckRevocation: "Checks whether certificates of signatures are revoked.",
  CopyOnDelete_Extensions: "Without effect.",
  CopyOnDelete_PE: "Without effect.",
  CopyOnDelete_Processes: "Without effect.",
  CopyOnDelete_SIDs: "Without effect.",
  DnsLookup: "Whether addresses of network connections are looked up (event 3).",
  DriverName: "Name of the driver and service.",
  DriverQueueSize: "Length of the driver's queue.",
  FieldSizes: "Longest texts of fields: a list such as CommandLine:1024,Image:256.",
  HashAlgorithms: "Which hashes: MD5, SHA1, SHA256 and IMPHASH, separated by commas, or *.",
  PipeMonitoringConfig: "Without effect.",
  ProcessAccessConfig: "Processes and access rights that event 10 looks for.",
  SigningQueueSize: "Length of the queue of signature checks.",
};

/** By the name of the attribute. */
export const ATTRIBUTE_MEANINGS = {
  schemaversion:
    "Up to 4.10, conditions outside of a RuleGroup are alternatives; from 4.20 on all " +
    "fields must match.",
  onmatch: "include: what matches is logged. exclude: what matches is not, and wins over include.",
  default:
    "What happens to events that do not match: the older form of onmatch, with the opposite " +
    "value.",
  groupRelation:
    "and: every field must match, conditions on one field being alternatives. or: one " +
    "condition is enough.",
  ruleRelation: "and: every condition must match. or, also when this is absent: one is enough.",
  condition: "How the field is compared with the text; is when this is absent.",
  name: "Becomes the event's RuleName.",
} as const;
