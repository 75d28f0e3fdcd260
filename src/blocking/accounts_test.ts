import assert from "node:assert/strict";
import { accountsOf } from "./accounts.ts";

const FILE = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1000:1000::/:\n";

Deno.test("accounts of the file are known by their first name", () => {
  const accounts = accountsOf(FILE, "passwd:  files systemd\ngroup: sss\n");
  assert.deepEqual(accounts, new Map([[0, "root"], [1000, "alice"]]));
  assert.ok(accountsOf(FILE, "") instanceof Map);
});

Deno.test("with accounts from elsewhere none is certain", () => {
  assert.match(String(accountsOf(FILE, "passwd: files [NOTFOUND=return] sss\n")), /'sss'/);
});
