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
 */
export function programInString(program: string): string {
  const imports = PRELOADED.map((name, at) => `import * as m${at} from "${name}";`);
  const entries = PRELOADED.map((name, at) => `"${name}": m${at}`);
  const text = `${program}\n//# sourceURL=monomi.js\n`;
  return [
    ...imports,
    `const preloaded = { ${entries.join(", ")} };`,
    "const load = (name) => preloaded[name] ?? process.getBuiltinModule(name);",
    `new Function("require", ${JSON.stringify(text)})(load);`,
    "",
  ].join("\n");
}
