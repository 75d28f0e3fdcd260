import { main } from "./src/cli/main.ts";

main(Deno.args).then(Deno.exit);
