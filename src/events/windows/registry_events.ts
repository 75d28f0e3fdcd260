/** Records about keys and values of the registry -> events 12 and 13. */
import { MISSING } from "../event.ts";
import type { FileNames } from "./file_names.ts";
import { registryDetails, registryPath } from "./registry_paths.ts";
import type { Fields, Told } from "./told.ts";
import { numberField, textField, type TraceRecord } from "./trace_record.ts";

const SUCCESS = 0;
const CREATED_NEW_KEY = 1;

/** Tells what happens to the registry. */
export class RegistryEvents {
  readonly #names: FileNames;
  readonly #actor: (pid: number | undefined) => Fields;

  /** `actor`: the fields of who did it. */
  constructor(names: FileNames, actor: (pid: number | undefined) => Fields) {
    this.#names = names;
    this.#actor = actor;
  }

  /** What the record tells. */
  tell(record: TraceRecord): Told | undefined {
    const path = registryPath(this.#names.keyPath(record));
    const isDone = (numberField(record, "status") ?? SUCCESS) === SUCCESS;
    if (!isDone || path === "") return undefined;
    const told = (id: number, EventType: string, more: () => Fields = () => ({})): Told => ({
      id,
      facts: () => ({
        fields: { ...this.#actor(record.pid), EventType, TargetObject: path, ...more() },
      }),
    });
    switch (record.event) {
      case "RegistryCreateKey":
        return numberField(record, "disposition") === CREATED_NEW_KEY
          ? told(12, "CreateKey")
          : undefined;
      case "RegistryDeleteKey":
        return told(12, "DeleteKey");
      case "RegistryDeleteValue":
        return told(12, "DeleteValue");
      case "RegistrySetValue": {
        const type = numberField(record, "type");
        return told(13, "SetValue", () => ({
          Details: type === undefined ? MISSING : registryDetails(type, textField(record, "data")),
        }));
      }
    }
  }
}
