/** Opens the control socket of a command that captures. */
import { ControlError, ControlServer } from "../control/mod.ts";
import { Exit, Failure } from "./usage.ts";

/** Listens at `path`. @throws {Failure} */
export async function openControl(
  ...[path, controlled, tap]: Parameters<typeof ControlServer.open>
): Promise<ControlServer> {
  try {
    return await ControlServer.open(path, controlled, tap);
  } catch (error) {
    if (error instanceof ControlError) throw new Failure(error.message, Exit.COULD_NOT_RUN);
    throw error;
  }
}
