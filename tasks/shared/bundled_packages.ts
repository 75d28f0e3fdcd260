/** What packages load from beside their modules, put into the bundle, which has no folder. */

import { ROOT } from "./paths.ts";
import { TaskError } from "./task.ts";

const PACKAGES = `${ROOT}/node_modules/.deno`;
const WASM_PACKAGE = /^@platformatic\+wasm-utils@/;
const WASM_IN_PACKAGE = "node_modules/@platformatic/wasm-utils/dist/native.wasm";
const READS_WASM =
  /\(0,[\w$]+\.readFileSync\)\(new URL\("\.\.\/dist\/native\.wasm",[\w$]+\.url\)\)/g;
/** Asked for at the start of a module that nothing here uses further. */
const CREATES_REQUIRE = /\(0,([\w$]+)\.createRequire\)\([\w$]+\.url\)/g;

/**
 * Makes the minified program independent of the files of its packages.
 *
 * @throws {TaskError} when a package does otherwise than it did.
 */
export async function withPackagesFiles(program: string): Promise<string> {
  const reads = program.match(READS_WASM) ?? [];
  if (reads.length !== 1) throw new TaskError("the Kafka client reads its WebAssembly otherwise");
  const folders = [...Deno.readDirSync(PACKAGES)].filter(({ name }) => WASM_PACKAGE.test(name));
  if (folders.length !== 1) throw new TaskError(`one @platformatic/wasm-utils expected`);
  const wasm = await Deno.readFile(`${PACKAGES}/${folders[0].name}/${WASM_IN_PACKAGE}`);
  return program
    .replace(READS_WASM, `Uint8Array.fromBase64("${wasm.toBase64()}")`)
    .replace(CREATES_REQUIRE, '(0,$1.createRequire)("file:///monomi.js")');
}
