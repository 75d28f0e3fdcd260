/**
 * The program called sysmon: Sysmon's switches with their messages and exit codes, its layout in the
 * syslog of a real rsyslogd.
 */
import assert from "node:assert/strict";
import { captureTest, exists, isInstalled, MONOMI, output } from "./support/environment.ts";
import { Instance } from "./support/instance.ts";
import { RSYSLOGD } from "./support/rsyslogd.ts";
import { until } from "./support/waiting.ts";

const SYSLOG = "/var/log/syslog";
const missing = exists("/run/systemd/system")
  ? "systemd runs here"
  : isInstalled("rsyslogd") || exists(RSYSLOGD)
  ? undefined
  : "rsyslogd is not installed";

const CONFIGURATION = `<Sysmon schemaversion="4.81">
  <EventFiltering>
    <ProcessCreate onmatch="include">
      <Image name="the name" condition="end with">/true</Image>
    </ProcessCreate>
    <ProcessTerminate onmatch="include"/>
  </EventFiltering>
</Sysmon>
`;

/** Debian's own configuration on this host's /dev/log, unless it runs already. */
class Syslog implements AsyncDisposable {
  readonly #begin: number;
  readonly #child: Deno.ChildProcess | undefined;

  constructor() {
    this.#begin = exists(SYSLOG) ? Deno.statSync(SYSLOG).size : 0;
    if (exists("/dev/log")) return;
    this.#child = new Deno.Command(RSYSLOGD, {
      args: ["-n", "-i", "NONE"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async ready(): Promise<void> {
    await until("rsyslogd's socket", () => exists("/dev/log"));
  }

  /** Lines of sysmon since this began. */
  lines(): string[] {
    if (!exists(SYSLOG)) return [];
    const text = new TextDecoder().decode(Deno.readFileSync(SYSLOG).subarray(this.#begin));
    return text.split("\n").filter((line) => / sysmon: /.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.kill("SIGTERM");
    await this.#child.status;
    if (exists("/dev/log")) Deno.removeSync("/dev/log");
  }
}

captureTest("sysmon: -i, -c, -c --, -s, -? config, -u and -u force", async () => {
  await using syslog = new Syslog();
  await syslog.ready();
  await using instance = new Instance("sysmon");
  instance.write("config.xml", CONFIGURATION);
  const run = async (line: string, code: number) => {
    const ran = await instance.run(...line.split(" ").filter((word) => word !== ""));
    assert.equal(ran.code, code, `${line}: ${ran.stdout}${ran.stderr}`);
    assert.match(ran.stdout, /^\nSysmon v\d+\.\d+\.\d+ - Monitors system events\n/);
    return ran;
  };
  const logged = (pattern: RegExp) =>
    until(`${pattern} in ${SYSLOG}`, () => syslog.lines().find((line) => pattern.test(line)));

  assert.match((await run("", 87)).stderr, /^Usage:$/m);
  assert.match((await run("config.xml", 87)).stderr, /^Usage:$/m);
  assert.match((await run("-c", 87)).stdout, /^Sysmon is not running$/m);
  assert.match((await run("-c config.xml", 87)).stdout, /^Error: Sysmon is not installed\.$/m);
  assert.match((await run("-u", 0)).stdout, /^Sysmon stopped\.$/m);

  const installed = await run("-accepteula -i config.xml", 0);
  assert.match(installed.stdout, /^Loading configuration file with schema version 4\.81$/m);
  assert.match(installed.stdout, /^Configuration file validated\.$/m);
  const [pid] = (await output("pgrep", "-x", "sysmon")).trim().split("\n").slice(-1);
  assert.ok([instance.daemon, instance.supervisor].includes(Number(pid)));

  await output("true");
  const line = await logged(/<EventID>1<\/EventID>/);
  assert.match(
    line,
    /sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="\{ff032593-a8d3-4f13-b0d6-01fc615a0f97\}"\/><EventID>1<\/EventID><Version>\d<\/Version><Level>4<\/Level><Task>1<\/Task><Opcode>0<\/Opcode><Keywords>0x8000000000000000<\/Keywords><TimeCreated SystemTime="[^"]+Z"\/><EventRecordID>\d+<\/EventRecordID><Correlation\/><Execution ProcessID="\d+" ThreadID="\d+"\/><Channel>Linux-Sysmon\/Operational<\/Channel><Computer>[^<]+<\/Computer><Security UserId="0"\/><\/System><EventData><Data Name="RuleName">the name<\/Data>/,
  );
  const first = await logged(/<EventID>16<\/EventID>.*<Data Name="Configuration">config\.xml</);
  const second = await logged(/<EventID>4<\/EventID>.*<Data Name="State">Started</);
  assert.ok(syslog.lines().indexOf(first) < syslog.lines().indexOf(second));

  const shown = await run("-c", 0);
  assert.match(shown.stdout, /^Rule configuration \(version 4\.81\):$/m);
  assert.match(shown.stdout, / - ProcessCreate +onmatch: include/);
  assert.match(
    (await run("-c -- -n", 87)).stdout,
    /^Cannot use specific settings with enforcing defaults\.$/m,
  );
  assert.match((await run("-c --", 0)).stdout, /^Updating configuration to use all defaults\.$/m);
  await logged(/<EventID>16<\/EventID>.*<Data Name="Configuration">-</);
  assert.match((await run("/C", 0)).stdout, /^No rules installed$/m);
  await run("/c config.xml /H md5", 0);
  await logged(/<Data Name="ConfigurationFileHash">MD5=[0-9a-f]{32}</);
  assert.match((await run("-s", 0)).stdout, /<manifest schemaversion="4\.90"/);
  assert.match((await run("-? config", 0)).stdout, /^Configuration usage:$/m);
  assert.match((await run("-u what", 87)).stderr, /^Invalid option for -u\.$/m);

  assert.match((await run("-u", 0)).stdout, /^Sysmon stopped\.$/m);
  await logged(/<EventID>4<\/EventID>.*<Data Name="State">Stopped</);
  assert.equal(instance.daemon, undefined);

  await run("-i -n", 0);
  assert.ok(instance.daemon !== undefined);
  assert.match((await run("-u force", 0)).stdout, /^Sysmon stopped\.$/m);
  assert.deepEqual([instance.daemon, instance.supervisor], [undefined, undefined]);
  assert.ok(!exists("/sys/fs/bpf/sysmon"), "the capture of a killed sensor stays attached");
}, missing);

captureTest("sysmon: what needs root says so and ends as 740 does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    Deno.chmodSync(folder, 0o755);
    Deno.copyFileSync(MONOMI, `${folder}/sysmon`);
    Deno.chmodSync(`${folder}/sysmon`, 0o755);
    for (const line of ["-i", "-c", "-u"]) {
      const { code, stdout } = await new Deno.Command(`${folder}/sysmon`, {
        args: [line],
        uid: 65534,
        gid: 65534,
      }).output();
      assert.equal(code, 228, line);
      assert.match(new TextDecoder().decode(stdout), /^You need to run Sysmon as root\.$/m);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
