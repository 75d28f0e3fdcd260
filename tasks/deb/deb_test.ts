import assert from "node:assert/strict";
import { allCommands } from "../../src/cli/commands.ts";
import { SWITCHES } from "../../src/cli/sysmon/table.ts";
import { usage } from "../../src/cli/sysmon/texts.ts";
import { isInstalled } from "../shared/task.ts";
import { completions } from "./completions.ts";
import { manualPage } from "./manual.ts";
import { POSTINST, POSTRM, PRERM } from "./scripts.ts";

/** What a program says of a text on its standard input. */
async function saidOf(text: string, program: string, ...args: string[]): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("bash completes commands and the options of each", async () => {
  const { bash } = await completions();
  const complete = (...words: string[]) =>
    saidOf(
      `${bash}\nCOMP_WORDS=(${words.join(" ")} "$1"); COMP_CWORD=${words.length}; _monomi\n` +
        'echo "${COMPREPLY[@]}"\n',
      "bash",
      "-s",
    );
  const commands = (await allCommands()).filter(({ hidden }) => !hidden).map(({ name }) => name);
  assert.deepEqual((await complete("monomi")).trim().split(" "), commands);
  const options = await saidOf(
    `${bash}\nCOMP_WORDS=(monomi install --s); COMP_CWORD=2; _monomi\necho "\${COMPREPLY[@]}"\n`,
    "bash",
    "-s",
  );
  assert.equal(options, "--sink\n");
});

Deno.test("bash completes Sysmon's switches, and the commands behind help", async () => {
  const { bash } = await completions();
  const complete = async (words: string) => {
    const said = await saidOf(
      `${bash}\nCOMP_WORDS=(monomi ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _monomi\n` +
        'echo "${COMPREPLY[@]}"\n',
      "bash",
      "-s",
    );
    return said.trim().split(" ");
  };
  const switches = await complete("-");
  for (
    const { letters } of SWITCHES.filter(({ letters }) => usage("x").includes(`  -${letters} `))
  ) {
    assert.ok(switches.includes(`-${letters}`), letters);
  }
  for (const own of ["--help", "--version", "-?"]) assert.ok(switches.includes(own), own);
  assert.deepEqual(await complete("help unin"), ["uninstall"]);
  assert.deepEqual(await complete("reload --d"), ["--defaults"]);
});

Deno.test("zsh and fish know every command, and no hidden one", async () => {
  const { zsh, fish } = await completions();
  for (const { name, hidden } of await allCommands()) {
    assert.equal(zsh.includes(`    '${name}:`), !hidden, name);
    assert.equal(fish.includes(` -a ${name} -d '`), !hidden, name);
  }
  assert.match(zsh, /compadd -- .*-accepteula/);
  assert.match(fish, / -o 'accepteula'/);
});

const groff = isInstalled("groff");
Deno.test({
  name: `the manual page has every command, as typed${groff ? "" : " (skipped: no groff)"}`,
  ignore: !groff,
  fn: async () => {
    const page = await saidOf(
      await manualPage("2026-11-22"),
      "groff",
      ...["-man", "-Tascii", "-P-cbou", "-ww", "-rLL=130n"],
    );
    assert.doesNotMatch(page, /<standard input>:\d+: warning/);
    for (const { help, hidden } of await allCommands()) {
      if (hidden) continue;
      const [line] = help.replaceAll("…", "...").split("\n");
      assert.ok(page.includes(line), line);
    }
    assert.ok(page.includes("Uninstall:               monomi -u [force]"));
  },
});

Deno.test("installed into an image, the package leaves this host's service and files alone", async () => {
  const image = await Deno.makeTempDir();
  try {
    const paths = ["var/lib/monomi", "var/log/monomi", "run/monomi"].map((path) =>
      `${image}/${path}`
    );
    for (const path of paths) await Deno.mkdir(path, { recursive: true });
    // A host with systemd, where every call of it would be one too many.
    const sh = (script: string, ...args: string[]) =>
      saidOf(
        `DPKG_ROOT=${image}\nsystemctl() { echo called; }\n` +
          script.replaceAll("/run/systemd/system", image),
        "sh",
        "-s",
        ...args,
      );
    const said = [
      await sh(POSTINST, "configure", ""),
      await sh(PRERM, "remove"),
      await sh(POSTRM, "purge"),
    ];
    assert.deepEqual(said, ["", "", ""]);
    for (const path of paths) await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  } finally {
    await Deno.remove(image, { recursive: true });
  }
});
