/**
 * The functions of the native library as the runtime needs to know them: the other half of
 * `native/ffi/src/lib.rs`.
 */

/** Everywhere: what reads files. */
const PORTABLE = {
  monomi_abi_version: { parameters: [], result: "u32" },
  monomi_log_chunks: {
    parameters: ["buffer", "u32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
  monomi_describe: {
    parameters: ["buffer", "u32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
  monomi_trace_open: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_trace_read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  monomi_trace_close: { parameters: ["i32"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** On Linux and Windows: what captures. */
const CAPTURE = {
  monomi_open: {
    parameters: ["buffer", "u32", "u32", "u32", "buffer", "u32", "buffer", "u32"],
    result: "i32",
  },
  monomi_configure: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_plan: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_wait: { parameters: ["i32"], result: "i32", nonblocking: true },
  monomi_wake: { parameters: [], result: "void" },
  monomi_drain: { parameters: ["buffer", "u32"], result: "i32" },
  monomi_fill: { parameters: [], result: "i32" },
  monomi_stats: { parameters: ["buffer", "u32"], result: "i32" },
  monomi_close: { parameters: [], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** On Windows alone. */
const WINDOWS = {
  monomi_session_name: { parameters: ["buffer", "u32"], result: "void" },
  monomi_event_log_open: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  monomi_event_log_write: { parameters: ["i32", "buffer", "u32", "buffer"], result: "i32" },
  monomi_event_log_close: { parameters: ["i32"], result: "void" },
  monomi_manage: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_manage_patiently: {
    name: "monomi_manage",
    parameters: ["buffer", "u32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** On Linux alone: what blocks, hashes, provokes and asks the host. */
const LINUX = {
  monomi_mark: { parameters: [], result: "i32" },
  monomi_commit: { parameters: [], result: "void" },
  monomi_give_up_privileges: { parameters: ["buffer", "u32"], result: "i32" },
  monomi_protect: { parameters: ["u32", "buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_refuse: { parameters: ["u32", "buffer", "u32"], result: "i32" },
  monomi_unlock: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_block: { parameters: ["buffer", "u32", "buffer", "u32"], result: "i32" },
  monomi_hash: {
    parameters: ["buffer", "u32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
  monomi_archive: {
    parameters: ["buffer", "u32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
  monomi_user_name: { parameters: ["u32", "buffer", "u32"], result: "i32" },
  monomi_boot_epoch_ms: { parameters: [], result: "f64" },
  monomi_socket_connect: { parameters: ["buffer", "u32", "u32"], result: "i32" },
  monomi_socket_send: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  monomi_socket_send_file: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  monomi_socket_wait: { parameters: ["i32", "i32"], result: "i32", nonblocking: true },
  monomi_socket_close: { parameters: ["i32"], result: "void" },
  monomi_provocations: { parameters: ["buffer", "u32"], result: "i32" },
  monomi_provoke: {
    parameters: ["u32", "buffer", "u32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The loaded library. */
export type Library = Deno.DynamicLibrary<
  typeof PORTABLE & typeof CAPTURE & typeof LINUX & typeof WINDOWS
>;

/**
 * Loads the library at `path`. Functions that a system does not have are missing, and must not be called.
 */
export function load(path: string): Library {
  return Deno.dlopen(path, symbolsHere()) as Library;
}

function symbolsHere(): Deno.ForeignLibraryInterface {
  switch (Deno.build.os) {
    case "linux":
      return { ...PORTABLE, ...CAPTURE, ...LINUX };
    case "windows":
      return { ...PORTABLE, ...CAPTURE, ...WINDOWS };
    default:
      return PORTABLE;
  }
}
