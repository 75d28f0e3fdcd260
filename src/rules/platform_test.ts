import assert from "node:assert/strict";
import { loadConfig } from "../config/mod.ts";
import type { Event } from "../events/event.ts";
import { eventById } from "../schema/events.ts";
import { compileRules, explainEvent } from "./mod.ts";
import { interpret } from "./interpret.ts";
import { RECORDED_WINDOWS, windowsWith } from "./platform.ts";

function configOf(conditions: string) {
  const text = `<Sysmon schemaversion="4.90"><EventFiltering>` +
    `<ProcessCreate onmatch="include">${conditions}</ProcessCreate></EventFiltering></Sysmon>`;
  return loadConfig(new TextEncoder().encode(text), "test.xml").config!;
}

function processCreate(image: string, system: "linux" | "windows"): Event {
  const definition = eventById(1)!;
  const values = definition.fields.map(({ name }) => name === "Image" ? image : "-");
  return { definition, values, time: 0, recordId: 0, origin: { computer: "h", system } };
}

/** Whether the event is logged, in the words of all three that decide it. */
function logs(conditions: string, image: string, system: "linux" | "windows"): boolean {
  const config = configOf(conditions);
  const event = processCreate(image, system);
  const logged = compileRules(config).evaluate(event) !== undefined;
  assert.equal(explainEvent(config, event).logged, logged);
  assert.equal(interpret(config, event) !== undefined, logged);
  return logged;
}

Deno.test("X9: variables are expanded for events of Windows and for no others", () => {
  const rule = `<Image condition="begin with">%SystemRoot%\\system32</Image>`;
  assert.ok(logs(rule, "C:\\WINDOWS\\System32\\cmd.exe", "windows"));
  assert.ok(!logs(rule, "%SystemRoot%\\system32\\cmd.exe", "windows"));
  assert.ok(!logs(rule, "C:\\WINDOWS\\System32\\cmd.exe", "linux"));
  assert.ok(logs(rule, "%systemroot%\\system32\\x", "linux"));
});

Deno.test("X9: one set of rules decides about events of both systems in turn", () => {
  const rules = compileRules(configOf(`<Image condition="image">%windir%\\x.exe</Image>`));
  const names = (["windows", "linux", "windows"] as const).map((system) =>
    rules.evaluate(processCreate("C:\\Windows\\x.exe", system))
  );
  assert.deepEqual(names, ["-", undefined, "-"]);
});

Deno.test("X9: unknown variables stay, names have no case, lists are split behind it", () => {
  assert.equal(
    RECORDED_WINDOWS.expand("%APPDATA%\\x;%WinDir%;50%"),
    "%APPDATA%\\x;C:\\Windows;50%",
  );
  assert.ok(
    logs(`<Image condition="is any">x;%ProgramData%\\a</Image>`, "C:\\programdata\\A", "windows"),
  );
  assert.equal(windowsWith({ A: "1", B: undefined }).expand("%a%%b%%"), "1%b%%");
});

Deno.test("X9: what becomes longer than 259 characters matches nothing, not even by negation", () => {
  const long = `%SystemDrive%${"x".repeat(258)}`;
  assert.equal(RECORDED_WINDOWS.expand(long), undefined);
  assert.equal(RECORDED_WINDOWS.expand(long.slice(0, -1))?.length, 259);
  assert.ok(!logs(`<Image condition="is not">${long}</Image>`, "y", "windows"));
  assert.ok(logs(`<Image condition="is not">${long}</Image>`, "y", "linux"));
});

Deno.test("5.2: _ sorts before letters on Windows, behind them on Linux", () => {
  const rule = `<Image condition="less than">a</Image>`;
  assert.ok(logs(rule, "_", "windows"));
  assert.ok(!logs(rule, "_", "linux"));
});
