/** config-semantics 2.1 and 2.2: the entries directly under Sysmon. */
import assert from "node:assert/strict";
import { ENTRIES, optionsOf, SCHEMA_VERSIONS, type SchemaVersion } from "../../schema/mod.ts";
import type { Config } from "../model.ts";
import { type Expected, type Row, testRows, testTogether, withEntries } from "./testing.ts";

type Options = Config["options"];

function both(
  name: string,
  content: string,
  expected: Expected,
  means?: (options: Options) => void,
): Row {
  return {
    name,
    content,
    validating: expected,
    permissive: expected,
    ...(means && { means: ({ options }) => means(options) }),
  };
}

const algorithms = (...expected: string[]) => (options: Options) =>
  assert.deepEqual([...options.hashAlgorithms], expected);

const NAMES: readonly Row[] = [
  ...["PipeMonitoring", "ProcessAccess", "NetworkConnect", "ImageLoad", "DnsQuery"].map(
    (option): Row => ({
      name: `C1: the option ${option} as element`,
      content: withEntries(`<${option}/>`),
      validating: [`2:2+${option.length} error MON030`],
      permissive: "accepted",
    }),
  ),
  {
    name: "C1: the suffix Config",
    content: withEntries("<HashAlgorithmsConfig>md5</HashAlgorithmsConfig>"),
    validating: ["2:2+20 error MON030"],
    permissive: "accepted",
    means: ({ options }) => algorithms("MD5")(options),
  },
  ...["Install", "Configuration", "InternalRepresentation"].map((option): Row => ({
    name: `C1: the command line's own option ${option}`,
    content: withEntries(`<${option}/>`),
    validating: [`2:2+${option.length} error MON030`],
    permissive: [`2:2+${option.length} warning MON030`],
  })),
  {
    name: "C1: an entry of wrong case",
    content: withEntries("<hashalgorithms>md5</hashalgorithms>"),
    validating: ["2:2+14 error MON030"],
    permissive: ["2:2+14 warning MON030"],
  },
  {
    name: "2.1: CopyOnDelete without underscore is in no schema",
    content: withEntries("<CopyOnDeletePE/>", "4.23"),
    validating: ["2:2+14 error MON030"],
    permissive: ["2:2+14 warning MON030"],
  },
  both(
    "C2: entries behind EventFiltering",
    withEntries("<EventFiltering/><HashAlgorithms>md5</HashAlgorithms>"),
    "accepted",
    algorithms("MD5"),
  ),
];

const HASHES: readonly Row[] = [
  both(
    "2.1: HashAlgorithms is SHA256 when absent",
    withEntries(""),
    "accepted",
    algorithms("SHA256"),
  ),
  ...([
    ["MD5,sha-1,Sha256,imp-hash", ["SHA1", "MD5", "SHA256", "IMPHASH"]],
    ["*", ["SHA1", "MD5", "SHA256", "IMPHASH"]],
    ["ALL", ["SHA1", "MD5", "SHA256", "IMPHASH"]],
    ["md5,md5", ["MD5"]],
  ] as const).map(([value, expected]) =>
    both(
      `2.1: HashAlgorithms ${value}`,
      withEntries(`<HashAlgorithms>${value}</HashAlgorithms>`),
      "accepted",
      algorithms(...expected),
    )
  ),
  ...([
    ["md5, sha1", "2:21+5"],
    [" md5", "2:17+4"],
    ["md5,,sha1", "2:21+1"],
    ["sha512", "2:17+6"],
    ["md5,*", "2:21+1"],
  ] as const).map(([value, place]) =>
    both(
      `2.1: HashAlgorithms '${value}' is refused`,
      withEntries(`<HashAlgorithms>${value}</HashAlgorithms>`),
      [`${place} error MON060`],
    )
  ),
  both(
    "2.1: HashAlgorithms with a leading comma is the default",
    withEntries("<HashAlgorithms>,md5</HashAlgorithms>"),
    ["2:17+4 warning MON061"],
    algorithms("SHA256"),
  ),
  both(
    "C6, Q18: an empty HashAlgorithms (mended: the default)",
    withEntries("<HashAlgorithms/>"),
    ["2:2+14 warning MON061"],
    algorithms("SHA256"),
  ),
];

const OTHERS: readonly Row[] = [
  both(
    "C3: the text is not trimmed",
    withEntries("<ArchiveDirectory> a </ArchiveDirectory>"),
    "accepted",
    ({ archiveDirectory }) => assert.equal(archiveDirectory, " a "),
  ),
  both(
    "2.1: ArchiveDirectory with a slash",
    withEntries("<ArchiveDirectory>a/b</ArchiveDirectory>"),
    "accepted",
    ({ archiveDirectory }) => assert.equal(archiveDirectory, "a/b"),
  ),
  both(
    "C6: an empty ArchiveDirectory is not validated",
    withEntries("<ArchiveDirectory/>"),
    "accepted",
    ({ archiveDirectory }) => assert.equal(archiveDirectory, undefined),
  ),
  both(
    "2.1: DriverName",
    withEntries("<DriverName>Watch</DriverName>"),
    "accepted",
    ({ driverName }) => assert.equal(driverName, "Watch"),
  ),
  both(
    "2.1: DnsLookup is on when absent",
    withEntries(""),
    "accepted",
    ({ dnsLookup }) => assert.equal(dnsLookup, true),
  ),
  both(
    "2.1: DnsLookup off",
    withEntries("<DnsLookup>False</DnsLookup>"),
    "accepted",
    ({ dnsLookup }) => assert.equal(dnsLookup, false),
  ),
  both(
    "2.1: CheckRevocation is off when absent",
    withEntries(""),
    "accepted",
    ({ checkRevocation }) => assert.equal(checkRevocation, false),
  ),
  both(
    "2.1: CheckRevocation by its presence",
    withEntries("<CheckRevocation/>"),
    "accepted",
    ({ checkRevocation }) => assert.equal(checkRevocation, true),
  ),
  both(
    "2.1: PipeMonitoringConfig",
    withEntries("<PipeMonitoringConfig>a</PipeMonitoringConfig>"),
    "accepted",
    ({ pipeMonitoringConfig }) => assert.equal(pipeMonitoringConfig, "a"),
  ),
  both(
    "C4: CaptureClipboard, empty",
    withEntries("<CaptureClipboard/>"),
    "accepted",
    ({ captureClipboard }) => assert.equal(captureClipboard, true),
  ),
  ...([
    ["true", true],
    ["1", true],
    ["enabled", true],
    ["false", false],
    ["0", false],
    ["NULL", false],
    ["disabled", false],
  ] as const).map(([value, expected]): Row => ({
    name: `C4: CaptureClipboard ${value}`,
    content: withEntries(`<CaptureClipboard>${value}</CaptureClipboard>`),
    validating: [`2:19+${value.length} error MON065`],
    permissive: "accepted",
    means: ({ options }) => assert.equal(options.captureClipboard, expected),
  })),
  ...["True", "False", "on"].map((value): Row => ({
    name: `C4: CaptureClipboard ${value} (permissive mended: later entries count)`,
    content: withEntries(
      `<CaptureClipboard>${value}</CaptureClipboard><HashAlgorithms>md5</HashAlgorithms>`,
    ),
    validating: [`2:19+${value.length} error MON065`],
    permissive: [`2:19+${value.length} warning MON065`],
    means: ({ options }) => {
      assert.equal(options.captureClipboard, false);
      algorithms("MD5")(options);
    },
  })),
  {
    name: "C4: a blank in CaptureClipboard",
    content: withEntries("<CaptureClipboard> </CaptureClipboard>"),
    validating: ["2:19+1 error MON065"],
    permissive: ["2:19+1 warning MON065"],
  },
  both(
    "C5: an empty second element clears the first",
    withEntries("<DriverName>a</DriverName>\n<DriverName/>"),
    ["3:2+10 warning MON066"],
    ({ driverName }) => assert.equal(driverName, undefined),
  ),
  both(
    "2.1: ProcessAccessConfig",
    withEntries("<ProcessAccessConfig>a:0x10,b::c:16,d</ProcessAccessConfig>"),
    "accepted",
    ({ processAccessConfig }) =>
      assert.deepEqual(processAccessConfig, [
        { image: "a", mask: 16 },
        { image: "b:c", mask: 16 },
        { image: "d", mask: 0xffffffff },
      ]),
  ),
  both(
    "2.1: nine entries of ProcessAccessConfig",
    withEntries("<ProcessAccessConfig>a,b,c,d,e,f,g,h,i</ProcessAccessConfig>"),
    "accepted",
    ({ processAccessConfig }) => assert.equal(processAccessConfig.length, 9),
  ),
  both(
    "2.1: ten entries of ProcessAccessConfig",
    withEntries("<ProcessAccessConfig>a,b,c,d,e,f,g,h,i,j</ProcessAccessConfig>"),
    ["2:40+1 error MON064"],
  ),
  both(
    "2.1: FieldSizes",
    withEntries("<FieldSizes>Image:10,ignored,User:2</FieldSizes>"),
    "accepted",
    ({ fieldSizes }) => assert.deepEqual([...fieldSizes], [["Image", 10], ["User", 2]]),
  ),
  ...([
    ["Image:10, User:5", "2:22+1"],
    ["Image:-1", "2:19+1"],
    ["Image:1.5", "2:20+1"],
    ["image:5", "2:13+5"],
    ["Image:0", "2:19+1"],
    ["Image:", "2:19+1"],
  ] as const).map(([value, place]) =>
    both(`T29: FieldSizes '${value}'`, withEntries(`<FieldSizes>${value}</FieldSizes>`), [
      `${place} error MON063`,
    ])
  ),
  both(
    "2.1: DriverQueueSize",
    withEntries("<DriverQueueSize>5000</DriverQueueSize>", "4.91"),
    "accepted",
    ({ driverQueueSize }) => assert.equal(driverQueueSize, 5000),
  ),
  both(
    "2.1: SigningQueueSize that is no number",
    withEntries("<SigningQueueSize>many</SigningQueueSize>", "4.91"),
    ["2:19+4 warning MON068"],
  ),
];

const images = ({ elements }: Config) =>
  elements.map(({ onmatch, combination, items }) => [
    onmatch,
    combination,
    ...items.map((item) => item.kind === "condition" ? `${item.operator} ${item.value}` : "Rule"),
  ]);

function ruleEntry(
  name: string,
  filters: string,
  warnings: readonly string[],
  means: (config: Config) => void,
): Row {
  return {
    name,
    content: withEntries(
      `<NetworkConnect>a,b</NetworkConnect><EventFiltering>\n${filters}</EventFiltering>`,
    ),
    validating: ["2:2+14 error MON030", ...warnings],
    permissive: warnings,
    means,
  };
}

const RULE_ENTRIES: readonly Row[] = [
  ruleEntry(
    "C7: a list without an element for the event",
    "",
    [],
    (config) => assert.deepEqual(images(config), [["include", "or", "image a", "image b"]]),
  ),
  ruleEntry(
    "C7: a list goes in front of the first include element",
    `<NetworkConnect onmatch="include"><User>c</User></NetworkConnect>`,
    [],
    (config) =>
      assert.deepEqual(images(config), [["include", "and", "image a", "image b", "is c"]]),
  ),
  {
    name: "C7: an exclude element contradicts the list",
    content: withEntries(
      `<NetworkConnect>a,b</NetworkConnect><EventFiltering>\n` +
        `<NetworkConnect onmatch="exclude"><User>c</User></NetworkConnect></EventFiltering>`,
    ),
    validating: ["2:2+14 error MON030"],
    permissive: ["3:2+14 warning MON070"],
    means: (config) => assert.deepEqual(images(config), [["include", "or", "image a", "image b"]]),
  },
  ruleEntry(
    "C7, Q32: a second include element (mended: the list goes into the first)",
    `<NetworkConnect onmatch="include"><User>c</User></NetworkConnect>`.repeat(2),
    [],
    (config) =>
      assert.deepEqual(images(config), [
        ["include", "and", "image a", "image b", "is c"],
        ["include", "and", "is c"],
      ]),
  ),
];

/** Each entry in one schema version. */
function rowsOf(version: SchemaVersion): Row[] {
  const known = new Map(
    optionsOf(version).flatMap(({ element }) =>
      element === undefined ? [] : [[element.name, element]]
    ),
  );
  return [...ENTRIES.values()].map(({ name, since, until }): Row => {
    const place = `2:2+${name.length}`;
    const isGone = version.number >= until;
    const isTooNew = version.number < since;
    assert.equal(
      known.has(name),
      !isGone && !isTooNew,
      `the table of entries and ${version.name} agree on ${name}`,
    );
    const warnings = known.has(name) ? warningsOf(name, until) : [];
    const { text } = version;
    return {
      name: `C1, R6: <${name}> in schema ${version.name}`,
      content: withEntries(`<${name}/>`, text),
      validating: known.has(name)
        ? warnings
        : [`${place} error MON036`, ...(isTooNew ? warningsOf(name, until) : [])],
      permissive: isGone ? [`${place} warning MON036`] : warningsOf(name, until),
    };
  });
}

function warningsOf(name: string, until: number): string[] {
  const place = `2:2+${name.length}`;
  if (until !== Infinity) return [`${place} warning MON067`];
  if (name === "HashAlgorithms") return [`${place} warning MON061`];
  if (name.endsWith("QueueSize")) return [`${place} warning MON068`];
  return [];
}

testRows([...NAMES, ...HASHES, ...OTHERS, ...RULE_ENTRIES]);
for (const version of SCHEMA_VERSIONS.filter(({ number }) => number >= 400)) {
  testTogether(`C1, R6: every entry in schema ${version.name}`, rowsOf(version));
}
