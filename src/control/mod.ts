/**
 * Watching and steering a running sensor over its control socket.
 */
export { AnswerError, ask, NotRunningError } from "./client.ts";
export { readLines } from "./lines.ts";
export { controlSocket } from "./place.ts";
export { type EventTest, RequestError } from "./protocol.ts";
export { type Controlled, ControlServer } from "./server.ts";
export { ControlError } from "./socket.ts";
export { byConditions, byFamily, byKinds, passingAll } from "./tail_filter.ts";
export { TappedSinks } from "./tap.ts";
