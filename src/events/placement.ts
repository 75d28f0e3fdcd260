/**
 * Where a process runs, as events and rules know it.
 */

/** What runs containers, as far as the names of control groups tell. */
export type ContainerRuntime =
  | "docker"
  | "containerd"
  | "cri-o"
  | "podman"
  | "lxc"
  | "systemd-nspawn"
  | "kubernetes";

/** A container. */
export interface Container {
  /** 64 hexadecimal digits with most runtimes; a name with lxc, systemd-nspawn and ctr. */
  readonly id: string;
  /** `kubernetes` where only that can be told. */
  readonly runtime: ContainerRuntime;
  /** The uid of its Kubernetes pod; `-` outside of one. */
  readonly podUid: string;
  /** The control group, from the root of its tree. */
  readonly group: string;
}

/** A process's place in a container. */
export interface Placement {
  readonly container: Container;
  /** Its process id in its own pid namespace. */
  readonly pid: number;
  /** Path of its image as the host names it; `-` where the host has no name for it. */
  readonly hostImage: string;
}
