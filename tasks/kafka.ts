/** Fetches a Kafka broker and its tools, for the tests: about 50 MB, kept under build/. */

import { FOR_KAFKA, setup } from "./setup.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram, run, TaskError } from "./shared/task.ts";

/** Where the jars are. */
export const KAFKA_JARS = `${ROOT}/build/kafka`;

const POM = `${ROOT}/tasks/kafka/pom.xml`;
const DIGESTS = `${ROOT}/tasks/kafka/jars.sha256`;
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/**
 * Makes sure that the jars are there and are those that were pinned.
 *
 * @throws {TaskError} naming the one that is not.
 */
export async function kafka(): Promise<void> {
  await setup(FOR_KAFKA);
  if (await isWhole()) return;
  await run("mvn", [
    ...["--batch-mode", "--quiet", "--file", POM, COPY],
    ...["-DincludeScope=runtime", `-DoutputDirectory=${KAFKA_JARS}`],
  ]);
  if (!await isWhole()) throw new TaskError(`${KAFKA_JARS} does not hold what ${DIGESTS} pins`);
}

async function isWhole(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("sha256sum", {
      args: ["--check", "--quiet", "--strict", DIGESTS],
      cwd: KAFKA_JARS,
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

await asProgram(import.meta.main, kafka);
