import assert from "node:assert/strict";
import { NativeError } from "../sources/native.ts";
import { Guarding } from "./guarding.ts";

const UNSEEN = "not all that is done to the sensor is seen: no hook";
const UNREFUSED = "what is done to the sensor is not refused: no module";

/** A kernel that does not take one of the two, or both: no kernel at hand does all of this. */
class Kernel {
  unseen: string | undefined;
  unrefused: string | undefined;
  asked: boolean | undefined;

  protect(): void {
    if (this.unseen !== undefined) throw new NativeError(this.unseen);
  }

  refuse(wanted: boolean): void {
    this.asked = wanted;
    if (this.unrefused !== undefined) throw new NativeError(this.unrefused);
  }
}

function guarding(kernel: Kernel, refuse = true) {
  const guarding = new Guarding(kernel, () => ({ paths: ["/etc/monomi"], refuse }));
  const told = (events: ReturnType<Guarding["begin"]>) =>
    events.map(({ values }) => String(values.at(-1)));
  return {
    begin: () => told(guarding.begin()),
    renew: () => told(guarding.renew()),
    state: () => guarding.state(),
  };
}

Deno.test("what cannot be seen does not keep it from refusing, and the other way round", () => {
  const kernel = new Kernel();
  kernel.unseen = "no hook";
  const seeing = guarding(kernel);
  assert.deepEqual(seeing.begin(), [UNSEEN]);
  assert.deepEqual(seeing.state(), {
    ...{ refusing: true, complaints: [UNSEEN], seen: 0, refused: 0 },
  });

  kernel.unseen = undefined;
  kernel.unrefused = "no module";
  const refusing = guarding(kernel);
  assert.deepEqual(refusing.begin(), [UNREFUSED]);
  assert.deepEqual(refusing.renew(), []);
  assert.deepEqual(refusing.state(), {
    ...{ refusing: false, complaints: [UNREFUSED], seen: 0, refused: 0 },
  });

  kernel.unseen = "no hook";
  assert.deepEqual(guarding(kernel).begin(), [UNSEEN, UNREFUSED]);
});

Deno.test("what cannot be seen is told once, until it is another reason or comes back", () => {
  const kernel = new Kernel();
  kernel.unseen = "no hook";
  const { begin, renew, state } = guarding(kernel);
  assert.deepEqual([begin(), renew(), renew()], [[UNSEEN], [], []]);
  kernel.unseen = "no room";
  const other = UNSEEN.replace("hook", "room");
  assert.deepEqual([renew(), renew()], [[other], []]);
  kernel.unseen = undefined;
  assert.deepEqual([renew(), state().complaints], [[], []]);
  assert.equal(state().refusing, true);
  kernel.unseen = "no hook";
  assert.deepEqual(renew(), [UNSEEN]);
});

Deno.test("what an earlier sensor has refused is not, where this one is not asked to", () => {
  const kernel = new Kernel();
  const { begin, state } = guarding(kernel, false);
  assert.deepEqual([begin(), kernel.asked, state().refusing], [[], false, false]);
});
