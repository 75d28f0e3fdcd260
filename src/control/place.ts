/** Where the control socket is. */
import { identity } from "../service/identity.ts";

/** Of the service; a sensor started by hand has one where its `--control` says. */
export function controlSocket(): string {
  return `${identity().runDirectory}/control.sock`;
}
