import assert from "node:assert/strict";
import { containerOf } from "./cgroup_path.ts";

const ID = "5f".repeat(32);
const OTHER = "0a".repeat(32);
const POD = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const POD_UNIT = POD.replaceAll("-", "_");
const USER = "/user.slice/user-1000.slice/user@1000.service";
const PODS = "/kubepods.slice/kubepods-burstable.slice";

/** Paths as the runtimes make them, and `RUNTIME ID POD`. */
const INSIDE: Readonly<Record<string, string>> = {
  [`/docker/${ID}`]: `docker ${ID} -`,
  [`/docker/${ID}/init.scope`]: `docker ${ID} -`,
  [`/docker/${ID}/system.slice/cron.service`]: `docker ${ID} -`,
  [`/system.slice/docker-${ID}.scope`]: `docker ${ID} -`,
  [`${USER}/user.slice/docker-${ID}.scope`]: `docker ${ID} -`,
  [`/docker/${OTHER}/docker/${ID}`]: `docker ${ID} -`,
  [`/my-parent/${ID}`]: `docker ${ID} -`,
  [`/ecs/0123/${ID}`]: `docker ${ID} -`,
  [`/system.slice/nerdctl-${ID}.scope`]: `containerd ${ID} -`,
  [`/default/${ID}`]: `containerd ${ID} -`,
  [`/k8s.io/${ID}`]: `containerd ${ID} -`,
  [`${PODS}/kubepods-burstable-pod${POD_UNIT}.slice/cri-containerd-${ID}.scope`]:
    `containerd ${ID} ${POD}`,
  [`/kubepods.slice/kubepods-pod${POD_UNIT}.slice/cri-containerd-${ID}.scope`]:
    `containerd ${ID} ${POD}`,
  [`/system.slice/containerd.service/kubepods-burstable-pod${POD_UNIT}.slice:cri-containerd:${ID}`]:
    `containerd ${ID} ${POD}`,
  [`${PODS}/kubepods-burstable-pod${POD_UNIT}.slice/docker-${ID}.scope`]: `docker ${ID} ${POD}`,
  [`${PODS}/kubepods-burstable-pod${POD_UNIT}.slice/crio-${ID}.scope`]: `cri-o ${ID} ${POD}`,
  [`${PODS}/kubepods-burstable-pod${POD_UNIT}.slice/crio-${ID}.scope/container`]:
    `cri-o ${ID} ${POD}`,
  [`/kubepods/besteffort/pod${POD}/crio-${ID}`]: `cri-o ${ID} ${POD}`,
  [`/kubepods/besteffort/pod${POD}/${ID}`]: `kubernetes ${ID} ${POD}`,
  [`/kubepods/pod${"9e".repeat(16)}/${ID}`]: `kubernetes ${ID} ${"9e".repeat(16)}`,
  [`/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${POD_UNIT}.slice/cri-containerd-${ID}.scope`]:
    `containerd ${ID} ${POD}`,
  [`/docker/${OTHER}/kubelet/kubepods/burstable/pod${POD}/${ID}`]: `kubernetes ${ID} ${POD}`,
  [`/machine.slice/libpod-${ID}.scope`]: `podman ${ID} -`,
  [`/machine.slice/libpod-${ID}.scope/container`]: `podman ${ID} -`,
  [`/machine.slice/machine-libpod_pod_${OTHER}.slice/libpod-${ID}.scope`]: `podman ${ID} -`,
  [`/libpod_parent/libpod-${ID}`]: `podman ${ID} -`,
  [`/libpod_parent/${ID}`]: `podman ${ID} -`,
  [`${USER}/user.slice/libpod-${ID}.scope/container`]: `podman ${ID} -`,
  "/lxc/web": "lxc web -",
  "/lxc/web/system.slice/nginx.service": "lxc web -",
  "/lxc.payload/web/init.scope": "lxc web -",
  "/lxc.payload.web/user.slice": "lxc web -",
  [`/lxc.payload.web/system.slice/docker-${ID}.scope`]: `docker ${ID} -`,
  "/machine.slice/systemd-nspawn@web.service/payload": "systemd-nspawn web -",
  "/machine.slice/systemd-nspawn@web\\x2d2.service": "systemd-nspawn web-2 -",
  "/machine.slice/machine-web\\x2d2.scope/payload/init.scope": "systemd-nspawn web-2 -",
  "/machine.slice/machine-lxc\\x2d7\\x2dweb.scope": "lxc web -",
};

for (const [path, expected] of Object.entries(INSIDE)) {
  Deno.test(`in a container: ${path}`, () => {
    const found = containerOf(path);
    assert.ok(found);
    assert.equal(`${found.runtime} ${found.id} ${found.podUid}`, expected);
    assert.equal(found.group, path);
  });
}

const OUTSIDE: readonly string[] = [
  "",
  "/",
  "/init.scope",
  "/system.slice/docker.service",
  "/system.slice/containerd.service",
  "/user.slice/user-1000.slice/session-3.scope",
  `/machine.slice/libpod-conmon-${ID}.scope`,
  `${PODS}/crio-conmon-${ID}.scope`,
  `/system.slice/docker-${ID.slice(2)}.scope`,
  `/system.slice/docker-${ID.toUpperCase()}.scope`,
  `/kubepods/burstable/pod${POD}`,
  "/lxc.monitor.web",
  "/lxc.monitor/web",
  "/lxc",
  "/machine.slice/systemd-nspawn@web.service/supervisor",
  "/machine.slice/machine-web.scope/supervisor",
  "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
];

for (const path of OUTSIDE) {
  Deno.test(`in no container: ${path}`, () => assert.equal(containerOf(path), undefined));
}

Deno.test("whatever a path is made of, it is read or not, without a failure", () => {
  const pieces = [
    ...[...Object.keys(INSIDE), ...OUTSIDE].flatMap((path) => path.split("/")),
    "pod",
    ".slice:",
    "\\x",
    "\\x2d",
    "\u0000",
    "\u{1f512}",
    "lxc",
    "a".repeat(5000),
  ];
  let state = 7;
  const next = (below: number) => (state = state * 48271 % 2147483647) % below;
  for (let round = 0; round < 20_000; round++) {
    const length = next(8);
    const names = Array.from({ length }, () => pieces[next(pieces.length)]);
    const path = names.join(next(4) === 0 ? "" : "/");
    const found = containerOf(path);
    if (found !== undefined) assert.ok(found.id !== "" && found.podUid !== "");
  }
});
