/** The form in which the single file carries the program. */

/**
 * Modules that every command uses, and that are quick to load. Any other of the runtime's is loaded
 * by the first module of the program that wants it.
 */
const PRELOADED = ["node:path", "node:util"];

/**
 * A script that runs `program`, a bundle in CommonJS format, out of a string. The runtime parses
 * each module in full to look for imports before it runs any of it, which takes longer than running
 * `monomi check`; the inside of a string it leaves to the engine, which parses what is called. And
 * in CommonJS a module that is not loaded does not load what it imports either.
 *
 * @param packages bundles by the name under which the program imports them, at run time, if at all.
 */
export function programInString(
  program: string,
  packages: Readonly<Record<string, string>> = {},
): string {
  const imports = PRELOADED.map((name, at) => `import * as m${at} from "${name}";`);
  const entries = PRELOADED.map((name, at) => `"${name}": m${at}`);
  const text = Object.keys(packages).reduce(
    (text, name) =>
      text.replaceAll(`import("${name}")`, `new Promise((done) => done(require("${name}")))`),
    program,
  );
  return [
    ...imports,
    `const preloaded = { ${entries.join(", ")} };`,
    `const packages = ${JSON.stringify(packages)};`,
    "const load = (name) => preloaded[name] ?? packaged(name) ?? process.getBuiltinModule(name);",
    "function packaged(name) {",
    "  if (!Object.hasOwn(packages, name)) return undefined;",
    "  const module = { exports: {} };",
    '  new Function("require", "module", packages[name])(load, module);',
    "  return preloaded[name] = module.exports;",
    "}",
    `new Function("require", ${JSON.stringify(`${text}\n//# sourceURL=monomi.js\n`)})(load);`,
    "",
  ].join("\n");
}
