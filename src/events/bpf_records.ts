/**
 * BPF programs of others: event 100.
 */
import { actorOf, type Decoding, definitionOf, eventOf, opening, userOf } from "./decoding.ts";
import { type Event, MISSING } from "./event.ts";
import { BpfLayout } from "./record_layout.ts";

const EBPF_EVENT = definitionOf(100);
const NAME_BYTES = 16;

/** Commands by number. */
const COMMANDS: Readonly<Record<number, string>> = {
  5: "BPF_PROG_LOAD",
  8: "BPF_PROG_ATTACH",
  17: "BPF_RAW_TRACEPOINT_OPEN",
  28: "BPF_LINK_CREATE",
};

/** Types of programs by number, without their common beginning. */
const TYPES = [
  "UNSPEC",
  "SOCKET_FILTER",
  "KPROBE",
  "SCHED_CLS",
  "SCHED_ACT",
  "TRACEPOINT",
  "XDP",
  "PERF_EVENT",
  "CGROUP_SKB",
  "CGROUP_SOCK",
  "LWT_IN",
  "LWT_OUT",
  "LWT_XMIT",
  "SOCK_OPS",
  "SK_SKB",
  "CGROUP_DEVICE",
  "SK_MSG",
  "RAW_TRACEPOINT",
  "CGROUP_SOCK_ADDR",
  "LWT_SEG6LOCAL",
  "LIRC_MODE2",
  "SK_REUSEPORT",
  "FLOW_DISSECTOR",
  "CGROUP_SYSCTL",
  "RAW_TRACEPOINT_WRITABLE",
  "CGROUP_SOCKOPT",
  "TRACING",
  "STRUCT_OPS",
  "EXT",
  "LSM",
  "SK_LOOKUP",
  "SYSCALL",
  "NETFILTER",
] as const;

/** Event 100. */
export function decodeBpf(decoding: Decoding, at: number): Event | undefined {
  const { batch } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(EBPF_EVENT.id)) return undefined;
  const command = batch.word(at + BpfLayout.command);
  const type = batch.word(at + BpfLayout.programType);
  const name = batch.utf8(at + BpfLayout.name, NAME_BYTES).replace(/\0[^]*$/, "");
  const time = batch.time(at);
  return eventOf(EBPF_EVENT, process, [
    ...opening(process, time),
    process.face.image,
    userOf(decoding, at),
    COMMANDS[command] ?? String(command),
    `BPF_PROG_TYPE_${TYPES[type] ?? type}`,
    batch.word(at + BpfLayout.programId),
    name === "" ? MISSING : name,
  ], time);
}
