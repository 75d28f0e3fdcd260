/** Names of file objects and registry keys, which most records leave to earlier ones. */
import { BoundedMap } from "./bounded_map.ts";
import { textField, type TraceRecord } from "./trace_record.ts";

const MAX_NAMES = 65_536;
const MAX_REQUESTS = 16_384;

/** An open that has not ended yet. */
interface Opening {
  readonly record: TraceRecord;
  readonly path: string;
}

/** What objects are called. */
export class FileNames {
  readonly #files = new BoundedMap<string, string>(MAX_NAMES);
  readonly #keys = new BoundedMap<string, string>(MAX_NAMES);
  readonly #openings = new BoundedMap<string, Opening>(MAX_REQUESTS);

  /** Learns names; of a request that ends here, gives the open that it was. */
  take(record: TraceRecord): Opening | undefined {
    const path = textField(record, "path");
    if (path !== "") {
      for (const name of ["file", "object"]) {
        const object = textField(record, name);
        if (object !== "") this.#files.set(object, path);
      }
    }
    const request = textField(record, "request");
    if (record.event === "FileOpen" && path !== "") this.#openings.set(request, { record, path });
    if (record.event !== "FileOperationEnd") return undefined;
    const opening = this.#openings.get(request);
    this.#openings.delete(request);
    return opening;
  }

  /** Path of the file that a record is about. */
  path(record: TraceRecord): string | undefined {
    return this.#files.get(textField(record, "object")) ??
      this.#files.get(textField(record, "file"));
  }

  /** Path of the key or value that a record is about; empty when it is not known. */
  keyPath(record: TraceRecord): string {
    const key = textField(record, "key");
    const path = textField(record, "path");
    if (record.event.startsWith("RegistryKeyName")) {
      this.#keys.set(key, path);
      return path;
    }
    const base = textField(record, "basePath") || this.#keys.get(textField(record, "baseKey"));
    const known = this.#keys.get(key) ?? "";
    const whole = path.startsWith("\\")
      ? path
      : [base ?? known, path].filter((part) => part !== "").join("\\");
    const value = textField(record, "value");
    return value === "" ? whole : `${whole}\\${value}`;
  }
}
