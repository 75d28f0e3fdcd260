import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { refuseForeign } from "./belongings.ts";
import { type Identity, identityOf } from "./identity.ts";
import { ServiceError } from "./service_error.ts";

const PLACES = [
  "programDirectory",
  "configDirectory",
  "stateDirectory",
  "logDirectory",
  "runDirectory",
  "pinDirectory",
] as const;

/** An instance called `ssh` whose places are these folders, as everybody's are. */
function instanceIn(directory: string): Identity {
  const places = PLACES.map((place) => {
    Deno.mkdirSync(`${directory}/${place}`);
    Deno.chmodSync(`${directory}/${place}`, 0o755);
    return [place, `${directory}/${place}`] as const;
  });
  const program = `${directory}/programDirectory/ssh`;
  return { ...identityOf("ssh", "linux"), ...Object.fromEntries(places), program };
}

for (const place of PLACES) {
  Deno.test({
    name: `another program's ${place} is left alone`,
    ignore: Deno.build.os !== "linux",
    fn: () =>
      withDirectory((directory) => {
        const identity = instanceIn(directory);
        refuseForeign(identity);
        Deno.writeTextFileSync(`${identity[place]}/ssh`, "");
        assert.throws(() => refuseForeign(identity), (error) => {
          assert.ok(error instanceof ServiceError);
          assert.ok(
            error.message.startsWith(`${identity[place]} is another program's, it has ssh: `),
          );
          return true;
        });
        Deno.writeTextFileSync(
          `${identity.stateDirectory}/installation.json`,
          JSON.stringify({ version: "1", configuration: null }),
        );
        refuseForeign(identity);
      }),
  });
}

Deno.test({
  name: "what an instance leaves that lost its state is still its own",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withDirectory((directory) => {
      const identity = instanceIn(directory);
      const { program, configDirectory, logDirectory, runDirectory, pinDirectory } = identity;
      const footer = new Uint8Array(64);
      footer.set(new TextEncoder().encode("monomi\0\x1a"));
      Deno.writeFileSync(program, footer);
      for (const name of ["config.xml", ".monomi-0123456789abcdef.tmp"]) {
        Deno.writeTextFileSync(`${configDirectory}/${name}`, "");
      }
      Deno.writeTextFileSync(`${logDirectory}/events.json.1.gz`, "");
      Deno.writeTextFileSync(`${runDirectory}/lock`, "");
      Deno.mkdirSync(`${pinDirectory}/2-0123456789abcdef`);
      refuseForeign(identity);
    }),
});
