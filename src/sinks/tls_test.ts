import assert from "node:assert/strict";
import { credentials } from "./tls.ts";

Deno.test("a file that holds no certificate or key is named", () => {
  const folder = Deno.makeTempDirSync();
  const file = (name: string, text: string) => {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  try {
    const cert = file("cert", "Subject: x\n-----BEGIN CERTIFICATE-----\nAA==\n");
    const key = file("key", "-----BEGIN EC PRIVATE KEY-----\nAA==\n");
    assert.deepEqual(Object.keys(credentials({ ca: cert, cert, key })), ["ca", "cert", "key"]);
    assert.throws(() => credentials({ ca: key }), /key holds no certificate in PEM form/);
    assert.throws(() => credentials({ cert: key, key }), /key holds no certificate in PEM form/);
    assert.throws(() => credentials({ cert, key: cert }), /cert holds no private key in PEM form/);
    assert.throws(() => credentials({ ca: `${folder}/none` }), /none/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
