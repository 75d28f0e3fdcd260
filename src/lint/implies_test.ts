/** What `implies` and its kin claim is true of the operators on random texts. */
import assert from "node:assert/strict";
import { compileTest, matches } from "../rules/operators.ts";
import { foldAscii, type ImageSeparator, isPath, lastPart } from "../rules/text.ts";
import { type Operator, OPERATORS } from "../schema/options.ts";
import { constantOf, contradicts, exhausts, implies, statementOf } from "./implies.ts";
import type { Test } from "./predicate.ts";
import { Random } from "../testing/random.ts";

const PAIRS = 30_000;
const PIECES = ["a", "B", "ab", "/", "\\", ";", "É", "_", "-", "1", "10", "ls", ""];
const SEPARATORS: readonly ImageSeparator[] = ["\\", "/"];

function text(random: Random, pieces: number): string {
  let result = "";
  for (let i = random.below(pieces + 1); i > 0; i--) result += random.of(PIECES);
  return result;
}

function test(random: Random): Test {
  return { operator: random.of(OPERATORS), value: text(random, 3) };
}

function related(random: Random, to: Test): Test {
  const other = test(random);
  switch (random.below(5)) {
    case 0:
      return { operator: other.operator, value: to.value };
    case 1:
      return { operator: other.operator, value: to.value.slice(1) };
    case 2:
      return { operator: other.operator, value: to.value + other.value };
    case 3:
      return { operator: to.operator, value: to.value.slice(0, -1) };
    default:
      return other;
  }
}

function matchesTest({ operator, value }: Test, field: string, separator: ImageSeparator): boolean {
  const folded = foldAscii(field);
  const isLastPart = operator === "image" && !isPath(value, separator);
  return matches(compileTest(operator, value), isLastPart ? lastPart(folded, separator) : folded);
}

/** Non-empty texts near the two operands. */
function texts(random: Random, a: Test, b: Test): string[] {
  const parts = [a.value, b.value, ...a.value.split(";"), ...b.value.split(";"), ...PIECES];
  return Array.from({ length: 40 }, () => {
    let result = "";
    for (let i = 1 + random.below(3); i > 0; i--) result += random.of(parts);
    return result;
  }).filter((candidate) => candidate !== "");
}

Deno.test("implies, contradicts, exhausts and constantOf never claim wrongly", () => {
  const claims = { implies: 0, contradicts: 0, exhausts: 0, never: 0, always: 0 };
  for (let seed = 0; seed < PAIRS; seed++) {
    const random = new Random(seed);
    const a = test(random);
    const b = related(random, a);
    const [x, y] = [statementOf(a), statementOf(b)];
    const constant = constantOf(x);
    const claimed = {
      implies: implies(x, y),
      contradicts: contradicts(x, y),
      exhausts: exhausts(x, y),
      never: constant === "never",
      always: constant === "always",
    };
    for (const [claim, made] of Object.entries(claimed)) {
      if (made) claims[claim as keyof typeof claims]++;
    }
    for (const field of texts(random, a, b)) {
      for (const separator of SEPARATORS) {
        const first = matchesTest(a, field, separator);
        const second = matchesTest(b, field, separator);
        const shown = `seed ${seed}: ${JSON.stringify([a, b, field, separator])}`;
        if (claimed.implies) assert.ok(!first || second, `implies, ${shown}`);
        if (claimed.contradicts) assert.ok(!(first && second), `contradicts, ${shown}`);
        if (claimed.exhausts) assert.ok(first || second, `exhausts, ${shown}`);
        if (claimed.never) assert.ok(!first, `never, ${shown}`);
        if (claimed.always) assert.ok(first, `always, ${shown}`);
      }
    }
  }
  for (const [claim, count] of Object.entries(claims)) {
    assert.ok(count > 300, `${claim} was claimed only ${count} times`);
  }
});

Deno.test("implications that configurations rely on are found", () => {
  const cases: readonly (readonly [Operator, string, Operator, string])[] = [
    ["contains", "foobar", "contains", "foo"],
    ["is", "C:\\Windows\\x.exe", "begin with", "c:\\windows\\"],
    ["is", "C:\\Windows\\x.exe", "image", "X.exe"],
    ["end with", "\\cmd.exe", "image", "cmd.exe"],
    ["image", "cmd.exe", "end with", "cmd.exe"],
    ["is any", "a;b", "is any", "b;c;a"],
    ["contains all", "x;yz", "contains", "z"],
    ["contains any", "ab;cb", "contains", "b"],
    ["excludes", "a", "is not", "ab"],
    ["not end with", ".exe", "not end with", "cmd.exe"],
    ["is", "a", "is not", "b"],
    ["begin with", "a", "not begin with", "b"],
    ["image", "cmd.exe", "not end with", "cmd.com"],
  ];
  for (const [operator, value, other, wider] of cases) {
    assert.ok(
      implies(statementOf({ operator, value }), statementOf({ operator: other, value: wider })),
      `${operator} ${value} -> ${other} ${wider}`,
    );
  }
});
