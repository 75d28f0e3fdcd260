/**
 * Which container a control group belongs to: what its path's names tell, for the layouts that
 * runtimes use with version 1 and 2, under systemd and without.
 */
import { MISSING } from "./event.ts";
import type { Container, ContainerRuntime } from "./placement.ts";

/** Who writes a container's id into a name, by what stands in front of it. */
const RUNTIME_OF_PREFIX: Readonly<Record<string, ContainerRuntime>> = {
  "docker": "docker",
  "cri-containerd": "containerd",
  "nerdctl": "containerd",
  "containerd": "containerd",
  "crio": "cri-o",
  "cri-o": "cri-o",
  "libpod": "podman",
};

const ID = "[0-9a-f]{64}";
/** `docker-ID.scope`; also without `.scope`, and `SLICE:cri-containerd:ID` as containerd falls back to. */
const PREFIXED = new RegExp(
  `^(?:[^:]*:)?(${Object.keys(RUNTIME_OF_PREFIX).join("|")})[-:](${ID})(?:\\.scope)?$`,
);
const BARE = new RegExp(`^${ID}$`);
/** A pod's own group; systemd writes `_` for the dashes of its uid. */
const POD =
  /(?:^|-)pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/;
/** The same in front of `:cri-containerd:ID`. */
const POD_OF_PAIR = /^([^:]*\.slice):/;
const LXC_FLAT = /^lxc\.payload\.(.+)$/;
const LXC_PARENTS: ReadonlySet<string> = new Set(["lxc", "lxc.payload"]);
const NSPAWN = /^systemd-nspawn@(.+)\.service$/;
const MACHINE = /^machine-(.+)\.scope$/;
/** Machines that libvirt registers are named `KIND-NUMBER-NAME`. */
const LIBVIRT = /^([a-z]+)-\d+-(.+)$/;

/** The innermost container in a control group's path, which begins with `/`; undefined outside. */
export function containerOf(path: string): Container | undefined {
  const names = path.split("/");
  for (let at = names.length - 1; at > 0; at--) {
    const found = containerAt(names, at);
    if (found === "none") return undefined;
    if (found === undefined) continue;
    const [runtime, id] = found;
    return { id, runtime, podUid: podUid(names, at), group: path };
  }
  return undefined;
}

/** What the name at a place stands for; `none` for what belongs to a container's own overseer. */
function containerAt(
  names: readonly string[],
  at: number,
): readonly [ContainerRuntime, string] | "none" | undefined {
  const name = names[at];
  const prefixed = PREFIXED.exec(name);
  if (prefixed !== null) return [RUNTIME_OF_PREFIX[prefixed[1]], prefixed[2]];
  if (BARE.test(name)) return bare(names, at);
  const flat = LXC_FLAT.exec(name);
  if (flat !== null) return ["lxc", unescaped(flat[1])];
  if (LXC_PARENTS.has(names[at - 1]) && name !== "") return ["lxc", unescaped(name)];
  const unit = NSPAWN.exec(name);
  if (unit !== null) {
    return isSupervisor(names, at) ? "none" : ["systemd-nspawn", unescaped(unit[1])];
  }
  const machine = MACHINE.exec(name);
  if (machine !== null) return isSupervisor(names, at) ? "none" : ofMachine(unescaped(machine[1]));
  return undefined;
}

/** An id without a word about who made it: where it lies tells. */
function bare(names: readonly string[], at: number): readonly [ContainerRuntime, string] {
  const above = names.slice(0, at);
  if (above.some((name) => name.startsWith("kubepods"))) return ["kubernetes", names[at]];
  if (above.some((name) => name.startsWith("libpod"))) return ["podman", names[at]];
  // The group's first name is Docker's own, or that of a parent which Docker was told to use.
  return [
    names[at - 1] === "default" || names[at - 1] === "k8s.io" ? "containerd" : "docker",
    names[at],
  ];
}

function isSupervisor(names: readonly string[], at: number): boolean {
  return names[at + 1] === "supervisor";
}

function ofMachine(name: string): readonly [ContainerRuntime, string] | "none" {
  const libvirt = LIBVIRT.exec(name);
  if (libvirt === null) return ["systemd-nspawn", name];
  return libvirt[1] === "lxc" ? ["lxc", libvirt[2]] : "none";
}

/** The uid of the pod around a container, with dashes. */
function podUid(names: readonly string[], at: number): string {
  const around = [POD_OF_PAIR.exec(names[at])?.[1] ?? "", ...names.slice(0, at).reverse()];
  for (const name of around) {
    const pod = POD.exec(name);
    if (pod !== null) return pod[1].replaceAll("_", "-");
  }
  return MISSING;
}

/** systemd's `\x2d` for characters that unit names cannot have. */
function unescaped(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}
