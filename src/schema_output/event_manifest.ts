/**
 * The instrumentation manifest by which Windows knows the events of the target `eventlog`
 * (https://learn.microsoft.com/windows/win32/wes/writing-an-instrumentation-manifest).
 */
import { type EventDefinition, type EventProvider, EVENTS } from "../schema/mod.ts";
import { eventWords, LEVELS, taskWords } from "./event_library/messages.ts";
import { element, tag } from "./markup.ts";

const EVENTS_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events";
const CHANNEL_ID = "OPERATIONAL";

/**
 * A channel, and an event, a template and a task for each of Sysmon's; all fields are texts.
 *
 * @param resources path of the library that has the manifest in its binary form
 */
export function printEventManifest(provider: EventProvider, resources: string): string {
  const { name, guid, channel } = provider;
  const symbol = `PROVIDER_${name.replaceAll(/[^A-Za-z0-9]/g, "_").toUpperCase()}`;
  return [
    ...element(
      "instrumentationManifest",
      {
        "xmlns": EVENTS_NAMESPACE,
        "xmlns:win": "http://manifests.microsoft.com/win/2004/08/windows/events",
        "xmlns:xs": "http://www.w3.org/2001/XMLSchema",
      },
      ...element(
        "instrumentation",
        {},
        ...element(
          "events",
          {},
          ...element(
            "provider",
            { name, guid, symbol, resourceFileName: resources, messageFileName: resources },
            ...element(
              "channels",
              {},
              tag("channel", {
                name: channel,
                chid: CHANNEL_ID,
                symbol: `${symbol}_OPERATIONAL`,
                type: "Operational",
                enabled: "true",
              }, true),
            ),
            ...element("tasks", {}, ...EVENTS.map(taskLine)),
            ...element("templates", {}, ...EVENTS.flatMap(templateLines)),
            ...element("events", {}, ...EVENTS.map(eventLine)),
          ),
        ),
      ),
      ...element(
        "localization",
        {},
        ...element(
          "resources",
          { culture: "en-US" },
          ...element("stringTable", {}, ...EVENTS.flatMap(stringLines)),
        ),
      ),
    ),
  ].join("\n");
}

const numbered = (what: string, { id }: EventDefinition): string => `${what}.${id}`;
const reference = (id: string): string => `$(string.${id})`;

function taskLine(event: EventDefinition): string {
  return tag("task", {
    name: event.name,
    value: String(event.id),
    message: reference(numbered("Task", event)),
  }, true);
}

function templateLines(event: EventDefinition): string[] {
  return element(
    "template",
    { tid: numbered("Fields", event) },
    ...event.fields.map(({ name }) =>
      tag("data", { name, inType: "win:UnicodeString", outType: "xs:string" }, true)
    ),
  );
}

function eventLine(event: EventDefinition): string {
  return tag("event", {
    value: String(event.id),
    version: String(event.version),
    level: LEVELS[event.level].name,
    task: event.name,
    channel: CHANNEL_ID,
    template: numbered("Fields", event),
    message: reference(numbered("Event", event)),
  }, true);
}

function stringLines(event: EventDefinition): string[] {
  return [
    tag("string", { id: numbered("Task", event), value: taskWords(event) }, true),
    tag("string", { id: numbered("Event", event), value: eventWords(event) }, true),
  ];
}
