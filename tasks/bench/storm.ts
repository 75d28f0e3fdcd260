/** The storms: what is done how often, and what a sensor must write about it. */

import type { LoadReport } from "../../tests/support/loads.ts";
import type { IsOwn } from "./event_counter.ts";

/** A way to run monomi that is measured under a storm. */
export interface Setup {
  /** How it is called in the results. */
  readonly name: string;
  /** Its configuration, in fixtures/e2e. */
  readonly config: string;
}

/** A load of many equal operations. */
export interface Storm {
  readonly name: "exec" | "files" | "connect";
  /** What an operation is, for people. */
  readonly operation: string;
  readonly operations: number;
  /** The program in tests/load. */
  readonly program: string;
  /** Arguments behind the number of operations. */
  readonly args: (directory: string) => readonly string[];
  readonly setups: readonly Setup[];
  /** How many events monomi must write for an operation. */
  readonly eventsPerOperation: number;
  /** Recognizes monomi's JSON lines about this run of the storm. */
  readonly isOwn: (run: StormRun) => IsOwn;
  /** What is told to auditctl, a rule a line. `@` stands for the directory. */
  readonly auditRules: readonly string[];
  /** How many records of type SYSCALL auditd must write for an operation. */
  readonly auditRecordsPerOperation: number;
  /** In which of their fields the storm's process is. */
  readonly auditActor: "pid" | "ppid";
}

/** A storm that has run. */
export interface StormRun {
  readonly report: LoadReport;
  /** Path of the load program. */
  readonly image: string;
  readonly directory: string;
}

const PROCESSES: Setup = { name: "monomi", config: "processes.xml" };
const EVERYTHING: Setup = { name: "monomi", config: "everything.xml" };

/** Every storm. */
export const STORMS: readonly Storm[] = [
  {
    name: "exec",
    operation: "/bin/true started and ended",
    operations: 10_000,
    program: "exec_storm",
    args: () => [],
    setups: [PROCESSES, { ...EVERYTHING, name: "monomi, all events" }],
    eventsPerOperation: 2,
    isOwn: startsAndEnds,
    auditRules: ["-a always,exit -F arch=b64 -S execve,execveat"],
    auditRecordsPerOperation: 1,
    auditActor: "ppid",
  },
  {
    name: "files",
    operation: "file created, closed and removed",
    operations: 50_000,
    program: "file_storm",
    args: (directory) => [directory],
    setups: [EVERYTHING],
    eventsPerOperation: 2,
    isOwn: ({ directory }) => {
      const target = `"TargetFilename":${JSON.stringify(`${directory}/`).slice(0, -1)}`;
      return (line) => line.includes(target);
    },
    auditRules: ["-a always,exit -F arch=b64 -F dir=@ -F perm=wa"],
    auditRecordsPerOperation: 2,
    auditActor: "pid",
  },
  {
    name: "connect",
    operation: "loopback connection made, accepted and reset",
    operations: 20_000,
    program: "connect_storm",
    args: () => [],
    setups: [EVERYTHING],
    eventsPerOperation: 2,
    isOwn: ({ image }) => {
      const actor = `"Image":${JSON.stringify(image)}`;
      return (line) => line.startsWith('{"EventID":3,') && line.includes(actor);
    },
    auditRules: ["-a always,exit -F arch=b64 -S connect,accept,accept4"],
    auditRecordsPerOperation: 2,
    auditActor: "pid",
  },
];

const GUID = /"ProcessGuid":"(\{[^}]+\})"/;

/** Starts by the storm's process, and the ends of just these. */
function startsAndEnds({ report }: StormRun): IsOwn {
  const parent = `"ParentProcessId":${report.pid},`;
  const started = new Set<string>();
  return (line) => {
    if (line.startsWith('{"EventID":1,')) {
      if (!line.includes(parent)) return false;
      started.add(GUID.exec(line)![1]);
      return true;
    }
    return line.startsWith('{"EventID":5,') && started.delete(GUID.exec(line)![1]);
  };
}
