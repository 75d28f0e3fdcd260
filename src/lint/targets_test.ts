import assert from "node:assert/strict";
import { loadConfig } from "../config/mod.ts";
import { checkTarget, type Target } from "./targets.ts";

/** `line:column+length severity code` of everything that is said. */
function said(target: Target, xml: string, permissive = false): string[] {
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(xml), "a.xml", {
    permissive,
  });
  assert.ok(config, diagnostics.map(({ message }) => message).join("\n"));
  return checkTarget(config, target).map(({ line, column, length, severity, code }) =>
    `${line}:${column}+${length} ${severity} ${code}`
  );
}

/** A configuration whose entries begin at 2:1 and whose event elements begin at 3:1. */
function file(entries: string, filtering = "", version = "4.90"): string {
  return `<Sysmon schemaversion="${version}">\n${entries}\n` +
    (filtering && `<EventFiltering>\n${filtering}\n</EventFiltering>`) + "</Sysmon>";
}

const include = (tag: string, inner: string) => `<${tag} onmatch="include">${inner}</${tag}>`;

type Case = readonly [
  name: string,
  xml: string,
  expected: Partial<Record<Target, readonly string[]>>,
];

const SILENT: Readonly<Record<Target, readonly string[]>> = {
  "sysmon": [],
  "sysmon-linux": [],
  "monomi": [],
};

const CASES: readonly Case[] = [
  ["nothing special", file("", include("ProcessCreate", "<Image>a</Image>")), {}],
  ...["CheckRevocation", "ArchiveDirectory", "DriverName"].map((name): Case => [
    `7.2: ${name} is refused on Linux`,
    file(`<${name}>x</${name}>`),
    {
      "sysmon-linux": [`2:2+${name.length} error MON150`],
      "monomi": [`2:2+${name.length} note MON159`],
    },
  ]),
  ["7.2: CaptureClipboard", file("<CaptureClipboard/>"), {
    "sysmon-linux": ["2:2+16 error MON150"],
    "monomi": ["2:2+16 note MON159"],
  }],
  ["7.2: the last of two entries counts", file("<DriverName/>\n<DriverName/>"), {
    "sysmon-linux": ["3:2+10 error MON150"],
    "monomi": ["3:2+10 note MON159"],
  }],
  ["Q17: FieldSizes", file("<FieldSizes>Image:10</FieldSizes>"), {
    "sysmon-linux": ["2:2+10 error MON151"],
    "monomi": ["2:2+10 note MON159"],
  }],
  ["Q17: FieldSizes without a size", file("<FieldSizes>Image</FieldSizes>"), {
    "monomi": ["2:2+10 note MON159"],
  }],
  ["Q18: an empty HashAlgorithms", file("<HashAlgorithms/>"), {
    "sysmon-linux": ["2:2+14 error MON151"],
  }],
  ["Q18: a leading comma is the default", file("<HashAlgorithms>,</HashAlgorithms>"), {}],
  ["T16: IMPHASH", file("<HashAlgorithms>imphash</HashAlgorithms>"), {
    "sysmon-linux": ["2:17+7 warning MON156"],
  }],
  ["Q19: a size for a GUID", file("<FieldSizes>Image:9,ProcessGuid:9</FieldSizes>"), {
    "sysmon": ["2:21+11 warning MON158"],
    "sysmon-linux": ["2:2+10 error MON151"],
    "monomi": ["2:2+10 note MON159"],
  }],
  ["2.1: entries without effect", file("<DnsLookup>a</DnsLookup><PipeMonitoringConfig/>"), {
    "sysmon": ["2:26+20 warning MON154"],
    "sysmon-linux": ["2:2+9 warning MON154", "2:26+20 warning MON154"],
  }],
  ["2.1: entries of Windows", file("<DriverQueueSize>9</DriverQueueSize>", "", "4.91"), {
    "sysmon-linux": ["1:24+4 warning MON152", "2:2+15 error MON153"],
  }],
  ["R6: 4.85", file("", "", "4.85"), {
    "sysmon": ["1:24+4 warning MON152"],
    "sysmon-linux": ["1:24+4 warning MON152"],
  }],
  ["N1: 4.82 is of Windows", file("", "", "4.82"), {
    "sysmon-linux": ["1:24+4 warning MON152"],
  }],
  ["R6: 5.0", file("", "", "5.0"), {
    "sysmon": ["1:24+3 warning MON152"],
    "sysmon-linux": ["1:24+3 warning MON152"],
  }],
  ["N1: event 100 is of Linux", file("", include("eBPFEvent", "")), {
    "sysmon": ["4:2+9 error MON153"],
  }],
  ["N1: event 29 is of Windows", file("", include("FileExecutableDetected", "")), {
    "sysmon-linux": ["4:2+22 error MON153"],
  }],
  ["Q21: a comment behind text", file("", include("FileCreate", "<Image>a<!-- b -->c</Image>")), {
    "sysmon-linux": ["4:39+4 warning MON155"],
  }],
  [
    "Q21: a comment before text and one elsewhere",
    file("", include("FileCreate", "<Image><!-- b -->c</Image><!-- d -->")),
    {},
  ],
  [
    "Q12: ParentCommandLine, told once",
    file("", include("ProcessCreate", "<ParentCommandLine>a</ParentCommandLine>".repeat(3))),
    { "sysmon-linux": ["4:35+17 warning MON156"], "monomi": ["4:35+17 note MON159"] },
  ],
  ["Q13: root in event 11", file("", include("FileCreate", "<User>ROOT</User>")), {
    "sysmon-linux": ["4:32+4 warning MON156"],
  }],
  [
    "Q13: others, and root in event 1",
    file(
      "",
      include("FileCreate", "<User>rooty</User>") + include("ProcessCreate", "<User>root</User>"),
    ),
    {},
  ],
  ["Q4: image", file("", include("FileCreate", `<Image condition="image">a</Image>`)), {
    "monomi": ["4:32+5 note MON159"],
  }],
  [
    "Q2: a named part of an exclude",
    file("", `<FileCreate onmatch="exclude"><Image name="n">a</Image><User>b</User></FileCreate>`),
    { "sysmon": ["4:32+5 note MON157"], "sysmon-linux": ["4:32+5 note MON157"] },
  ],
  [
    "Q2: an exclude that matches as a whole",
    file("", `<FileCreate onmatch="exclude"><Image name="n">a</Image></FileCreate>`),
    {},
  ],
];

for (const [name, xml, expected] of CASES) {
  for (const [target, silent] of Object.entries(SILENT) as [Target, readonly string[]][]) {
    Deno.test(`${target}: ${name}`, () => {
      assert.deepEqual(said(target, xml), expected[target] ?? silent);
    });
  }
}

Deno.test("sysmon-linux: Q32: a rule entry and two elements of its event", () => {
  const two = include("NetworkConnect", "<User>a</User>").repeat(2);
  const xml = file("<NetworkConnect>curl</NetworkConnect>", two);
  assert.deepEqual(said("sysmon-linux", xml, true), ["2:2+14 error MON151"]);
  const one = file("<NetworkConnect>curl</NetworkConnect>", include("NetworkConnect", ""));
  assert.deepEqual(said("sysmon-linux", one, true), []);
});

Deno.test("sysmon-linux: X8: a value of a megabyte", () => {
  const value = (length: number) =>
    file("", include("FileCreate", `<Image>${"a".repeat(length)}</Image>`));
  assert.deepEqual(said("sysmon-linux", value(1_000_000)), ["4:32+5 error MON151"]);
  assert.deepEqual(said("sysmon-linux", value(999_999)), []);
});
