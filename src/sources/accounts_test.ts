import { deepStrictEqual as equals } from "node:assert/strict";
import { parseAccounts } from "./accounts.ts";

Deno.test("accounts are read by id, the first name of an id counts", () => {
  equals(
    parseAccounts("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n+nis\nann:x:1000:1000\n"),
    {
      "0": "root",
      "1000": "ann",
    },
  );
});
