/**
 * Offsets of the binary record, in bytes. Generated from native/record by
 * `deno task layout`; a test compares the two.
 */

/** Version of the layout; readers refuse any other. */
export const LAYOUT_VERSION = 2;

/** What a record says. */
export const Kind = {
  EXEC: 1,
  FORK: 2,
  EXIT: 3,
  FILE_CREATE: 4,
  FILE_DELETE: 5,
  NETWORK: 6,
  PROCESS: 7,
  FILE_TIME: 8,
  RAW_READ: 9,
  ACCESS: 10,
  INJECT: 11,
  TAMPER: 12,
  STREAM: 13,
  PIPE_CREATE: 14,
  PIPE_CONNECT: 15,
  MODULE: 16,
  IMAGE_LOAD: 17,
  BPF: 18,
  EXECUTABLE: 19,
  DNS: 20,
  DONE: 21,
  CONTAINER: 40,
  BLOCKED_EXECUTABLE: 30,
  BLOCKED_SHREDDING: 31,
  INTERFERENCE: 41,
  TOUCH: 42,
  COUNT: 43,
} as const;

/** Bits of a record's flags. */
export const Flag = {
  PATH_INCOMPLETE: 1,
  ARGS_TRUNCATED: 2,
  UNLINKED: 4,
  PLAIN: 8,
  RELATIVE: 16,
  UNRESOLVED: 32,
  ASCII: 64,
  FAULT: 128,
  FOREIGN: 256,
  CWD_INCOMPLETE: 512,
  FOLLOWED: 1024,
  PENDING: 2048,
  WHOLE: 4096,
} as const;

/** Which operation made or ended a file name. */
export const How = {
  OPEN: 1,
  MKNOD: 2,
  LINK: 3,
  SYMLINK: 4,
  RENAME: 5,
  UNLINK: 6,
  CHANGE: 7,
  ABSTRACT: 8,
  SET_IMAGE: 9,
  CODE_IN_DATA: 10,
  CODE_CHANGED: 11,
  WRITE: 30,
  MAP: 31,
} as const;

/** In which way a process reached into another one. */
export const Access = {
  ATTACH: 1,
  READ: 2,
  OPEN_READ: 3,
  OPEN_WRITE: 4,
  OPEN_BOTH: 5,
  OPEN_MAPS: 6,
  OPEN_ENVIRONMENT: 7,
  DUPLICATE: 8,
  POKE: 9,
  REGISTERS: 10,
  WRITE: 11,
  FILE_WRITE: 12,
} as const;

/** What was done to the sensor. */
export const Deed = {
  SIGNAL: 1,
  TRACE: 2,
  WRITE_MEMORY: 3,
  OPEN_MEMORY: 4,
  TAKE_DESCRIPTOR: 5,
  OPEN: 6,
  REMOVE: 7,
  RENAME: 8,
  TRUNCATE: 9,
  CHANGE_MODE: 10,
  MAKE: 11,
} as const;

/** What a process is to the sensor that it did something to. */
export const Relation = {
  STRANGER: 0,
  MANAGER: 1,
  OWN: 2,
  PARENT: 3,
  UNLOCKED: 4,
  KERNEL: 5,
} as const;

/** What a protected process is. */
export const Role = {
  SENSOR: 1,
  SUPERVISOR: 2,
  UNLOCKED: 3,
} as const;

/** What the kernel side counts, per kind. */
export const Counter = {
  EMITTED: 0,
  RING_FULL: 1,
  PATH_INCOMPLETE: 2,
  FAULT: 3,
  TABLE_FULL: 4,
  ARGS_TRUNCATED: 5,
  INTERNAL: 6,
  RECURSION: 7,
  COUNT: 8,
} as const;

/** Offsets in a record's Header part. */
export const HeaderLayout = {
  length: 0,
  kind: 4,
  flags: 6,
  time: 8,
  processStart: 16,
  execId: 24,
  pid: 32,
  tid: 36,
  uid: 40,
  gid: 44,
  loginUid: 48,
  sessionId: 52,
  tty: 56,
  parentPid: 60,
  bytes: 64,
} as const;

/** Offsets in a record's Exec part. */
export const ExecLayout = {
  parentStart: 64,
  parentExecId: 72,
  inode: 80,
  size: 88,
  mtime: 96,
  ctime: 104,
  device: 112,
  links: 116,
  effectiveUid: 120,
  argsTotal: 124,
  pathLen: 128,
  cwdLen: 132,
  argsLen: 136,
  pidLevel: 140,
  bytes: 144,
} as const;

/** Offsets in a record's Fork part. */
export const ForkLayout = {
  childStart: 64,
  childExecId: 72,
  childParentStart: 80,
  childPid: 88,
  childParentPid: 92,
  bytes: 96,
} as const;

/** Offsets in a record's Exit part. */
export const ExitLayout = {
  exitCode: 64,
  reserved: 68,
  bytes: 72,
} as const;

/** Offsets in a record's File part. */
export const FileLayout = {
  inode: 64,
  device: 72,
  how: 76,
  pathLen: 80,
  nameLen: 84,
  rootLen: 88,
  extraLen: 92,
  bytes: 96,
} as const;

/** Offsets in a record's Network part. */
export const NetworkLayout = {
  family: 64,
  protocol: 66,
  initiated: 68,
  localPort: 70,
  remotePort: 72,
  reserved: 74,
  reserved2: 76,
  localAddress: 80,
  remoteAddress: 96,
  bytes: 112,
} as const;

/** Offsets in a record's Times part. */
export const TimesLayout = {
  mtime: 0,
  previousMtime: 8,
  bytes: 16,
} as const;

/** Offsets in a record's Access part. */
export const AccessLayout = {
  targetStart: 64,
  targetExecId: 72,
  address: 80,
  targetPid: 88,
  targetTid: 92,
  targetUid: 96,
  targetParentPid: 100,
  how: 104,
  pathLen: 108,
  bytes: 112,
} as const;

/** Offsets in a record's Stream part. */
export const StreamLayout = {
  created: 0,
  valueLen: 8,
  valueTotal: 12,
  bytes: 16,
} as const;

/** Offsets in a record's Module part. */
export const ModuleLayout = {
  taints: 0,
  signature: 8,
  reserved: 12,
  bytes: 16,
} as const;

/** Offsets in a record's Bpf part. */
export const BpfLayout = {
  command: 64,
  programType: 68,
  programId: 72,
  reserved: 76,
  name: 80,
  bytes: 96,
} as const;

/** Offsets in a record's Dns part. */
export const DnsLayout = {
  socket: 64,
  sequence: 72,
  payloadTotal: 76,
  payloadLen: 80,
  protocol: 84,
  isAnswer: 86,
  status: 88,
  nameLen: 92,
  resultsLen: 96,
  reserved: 100,
  bytes: 104,
} as const;

/** Offsets in a record's Done part. */
export const DoneLayout = {
  request: 64,
  result: 72,
  reserved: 76,
  bytes: 80,
} as const;

/** Offsets in a record's Denial part. */
export const DenialLayout = {
  how: 64,
  mode: 68,
  pathLen: 72,
  imageLen: 76,
  bytes: 80,
} as const;

/** Offsets in a record's Container part. */
export const ContainerLayout = {
  group: 64,
  legacyGroup: 72,
  ownPid: 80,
  device: 84,
  groupLen: 88,
  legacyLen: 92,
  imageLen: 96,
  hasGroups: 100,
  bytes: 104,
} as const;

/** Offsets in a record's Interference part. */
export const InterferenceLayout = {
  deed: 64,
  signal: 68,
  relation: 72,
  refused: 76,
  targetPid: 80,
  targetRole: 84,
  pathLen: 88,
  nameLen: 92,
  command: 96,
  bytes: 112,
} as const;

/** Offsets in a record's Touch part. */
export const TouchLayout = {
  relation: 0,
  reserved: 4,
  bytes: 8,
} as const;

/** Offsets in a record's Facts part. */
export const FactsLayout = {
  size: 0,
  mtime: 8,
  ctime: 16,
  bytes: 24,
} as const;
