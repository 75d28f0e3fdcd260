/**
 * Counters of a running sensor for Prometheus, over HTTP.
 */
export { exposition } from "./exposition.ts";
export { type MetricsAddress, MetricsError, MetricsServer, parseAddress } from "./server.ts";
