/**
 * The service on a Debian with systemd, in a virtual machine: installed by Sysmon's switch, reloaded,
 * killed, over a reboot, removed; then as a Debian package.
 */
import assert from "node:assert/strict";
import { deb } from "../tasks/deb.ts";
import { bootDebian, debianImpossible } from "./support/debian.ts";
import { Folder, MONOMI } from "./support/environment.ts";

/** A later version than any. */
const NEXT = "99";
const LIMIT_MS = 1_200_000;
const CONFIGURATION = `<Sysmon schemaversion="4.90">
  <EventFiltering>
    <ProcessCreate onmatch="include"><Image condition="end with">/true</Image></ProcessCreate>
    <ProcessTerminate onmatch="include"/>
  </EventFiltering>
</Sysmon>
`;

Deno.test({
  name: `a service of systemd, over a reboot${
    debianImpossible === undefined ? "" : ` (skipped: ${debianImpossible})`
  }`,
  ignore: debianImpossible !== undefined,
  fn: async (t) => {
    using folder = new Folder();
    await Deno.writeTextFile(folder.at("config.xml"), CONFIGURATION);
    const { steps, console } = await bootDebian({
      script: "service.sh",
      files: {
        "/root/sysmon": MONOMI,
        "/root/config.xml": folder.at("config.xml"),
        "/root/monomi.deb": await deb(),
        "/root/next.deb": await deb(NEXT, folder.path),
      },
      limitMs: LIMIT_MS,
    });
    const check = (name: string, stdout: RegExp, code = 0) =>
      t.step(name, () => {
        const step = steps.get(name);
        assert.ok(step !== undefined, console.slice(-5000));
        assert.equal(step.code, code, step.stdout + step.stderr);
        assert.match(step.stdout, stdout);
      });
    await check("install", /^Configuration file validated\.$/m);
    await check("active", /^active$/m);
    await check("enabled", /^enabled$/m);
    await check("unit", /^\s*$/);
    await check("security", /Overall exposure level for sysmon\.service: [0-4]\.\d/);
    await check(
      "events",
      /<Data Name="Hashes">SHA256=[0-9a-f]{64}<.*<Data Name="ParentImage">\/usr\/bin\/dash</,
    );
    await check("reload", /^2$/m);
    await check("killed", /\/bin\/true between</);
    await check("hung", /Watchdog timeout[^]*\/bin\/true hanging</);
    await check("messages", /^sysmon: capturing$[^]*^sysmon: configuration reloaded$/m);
    await check("active-again", /^active$/m);
    await check("events-again", /\/bin\/true second</);
    await check("status", /"pid":/);
    await check("messages-again", /^sysmon: capturing$/m);
    await check("uninstall", /^Sysmon stopped\.$[^]*^Removed: .*\/opt\/sysmon/m);
    await check("leftovers", /^\s*$/, 1);
    await check("package", /^Setting up monomi \(/m);
    await check("package-active", /^active$/m);
    await check("package-install", /^\s*$/, 3);
    await check("package-events", /"EventID":1,/);
    await check(
      "package-upgraded",
      /^Setting up monomi \(99\)[^]*^99 active, events: all, the configuration is kept$/m,
    );
    await check("package-disabled", /^disabled, active$/m);
    await check("package-removed", /^Removing monomi/m);
    await check(
      "package-kept",
      /^\/etc\/monomi\n\/etc\/systemd\/\S+\n\/var\/lib\/monomi\n\/var\/log\/monomi\n+$/,
    );
    await check("package-purged", /^Purging configuration files for monomi/m);
    await check("package-gone", /^\s*$/);
    await t.step("nobody warned", () => {
      const said = steps.get("messages")!.stdout + steps.get("messages-again")!.stdout;
      assert.doesNotMatch(said, /warning/);
    });
  },
});
