/** The Kafka client as one text, with what it else loads from beside its modules. */

import { bundled } from "./bundle.ts";
import { ROOT } from "./paths.ts";
import { TaskError } from "./task.ts";

/** The package, as the program imports it. */
export const KAFKA_PACKAGE = "@platformatic/kafka";

const PACKAGES = `${ROOT}/node_modules/.deno`;
const WASM_PACKAGE = /^@platformatic\+wasm-utils@/;
const WASM_IN_PACKAGE = "node_modules/@platformatic/wasm-utils/dist/native.wasm";
const READS_WASM =
  /\(0,[\w$]+\.readFileSync\)\(new URL\("\.\.\/dist\/native\.wasm",[\w$]+\.url\)\)/g;
/** Asked for at the start of a module that nothing here uses further. */
const CREATES_REQUIRE = /\(0,([\w$]+)\.createRequire\)\([\w$]+\.url\)/g;

/**
 * Bundles the client in CommonJS format.
 *
 * @throws {TaskError} when the package does otherwise than it did.
 */
export async function kafkaClient(): Promise<string> {
  const client = await bundled("tasks/shared/kafka_client.ts");
  const reads = client.match(READS_WASM) ?? [];
  if (reads.length !== 1) throw new TaskError("the Kafka client reads its WebAssembly otherwise");
  const folders = [...Deno.readDirSync(PACKAGES)].filter(({ name }) => WASM_PACKAGE.test(name));
  if (folders.length !== 1) throw new TaskError("one @platformatic/wasm-utils is expected");
  const wasm = await Deno.readFile(`${PACKAGES}/${folders[0].name}/${WASM_IN_PACKAGE}`);
  return client
    .replace(READS_WASM, `Uint8Array.fromBase64("${wasm.toBase64()}")`)
    .replace(CREATES_REQUIRE, '(0,$1.createRequire)("file:///monomi.js")');
}
