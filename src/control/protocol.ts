/**
 * What is said over the control socket: one JSON object a line, first the client's request, then the
 * sensor's answer. docs/operations.md describes it for other programs.
 */
import type { Event } from "../events/event.ts";

/** Bytes of a request's line, line end included. */
export const LONGEST_REQUEST = 64 * 1024;
/** Clients that are served at a time. */
export const MOST_CLIENTS = 16;
/** How long a client may take for its request. */
export const REQUEST_MS = 5_000;

/** Asks how the sensor is doing. */
export interface StatusRequest {
  readonly request: "status";
}

/** Asks for a reload, of the configuration in force or of another file. */
export interface ReloadRequest {
  readonly request: "reload";
  /** An absolute path. */
  readonly config?: string;
}

/** Asks for events as they are written. */
export interface TailRequest {
  readonly request: "tail";
  /** Conditions `FIELD OPERATOR VALUE`; all must hold. */
  readonly filters?: readonly string[];
  /** Ids, names or tags of events, any of which is wanted. */
  readonly events?: readonly string[];
  /** A process id: this process and what descends from it. */
  readonly tree?: number;
  /** How many of the last events come first. */
  readonly since?: number;
}

/** Everything that can be asked. */
export type Request = StatusRequest | ReloadRequest | TailRequest;

/** The first line of an answer. */
export type Answer =
  | { readonly ok: true; readonly [member: string]: unknown }
  | { readonly ok: false; readonly error: string };

/** Between the events of a tail: so many could not be sent, as the client was too slow. */
export interface Missed {
  readonly missed: number;
}

/** Chooses events. */
export type EventTest = (event: Event) => boolean;

/** A request that cannot be understood; the message says why. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/** Reads a request's line. @throws {RequestError} */
export function readRequest(line: string): Request {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RequestError("the request is no JSON object on one line");
  }
  if (typeof value !== "object" || value === null) {
    throw new RequestError("the request is no JSON object on one line");
  }
  const given = value as Readonly<Record<string, unknown>>;
  switch (given.request) {
    case "status":
      return { request: "status" };
    case "reload":
      return { request: "reload", config: text(given, "config") };
    case "tail":
      return {
        request: "tail",
        filters: texts(given, "filters"),
        events: texts(given, "events"),
        tree: count(given, "tree"),
        since: count(given, "since"),
      };
    default:
      throw new RequestError('"request" must be "status", "reload" or "tail"');
  }
}

function text(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === "string") return value;
  throw new RequestError(`"${name}" must be a text`);
}

function texts(given: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = given[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new RequestError(`"${name}" must be a list of texts`);
}

function count(given: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw new RequestError(`"${name}" must be a whole number from 0 on`);
}
