import { strictEqual as equals } from "node:assert/strict";
import { parseServices } from "./services.ts";

Deno.test("services are read with comments, aliases and protocols", () => {
  const names = parseServices(
    "# head\nhttps 443/tcp # web\nhttps\t443/udp\nssh 22/tcp sshd\nx 60000/tcp\n",
  );
  equals(names.get("443/tcp"), "https");
  equals(names.get("443/udp"), "https");
  equals(names.get("22/tcp"), "ssh");
  equals(names.get("22/udp"), undefined);
  equals(names.get("60000/tcp"), undefined);
});
