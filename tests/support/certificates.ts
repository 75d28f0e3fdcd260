/** Certificates made by openssl, for one test. */
import { isIP } from "node:net";
import { output } from "./environment.ts";

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** Makes a root, a certificate for the server `name`, which may be an address, and one for a client. */
export async function makeCertificates(directory: string, name: string): Promise<Certificates> {
  const at = (file: string) => `${directory}/${file}`;
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await output(
    "openssl",
    ...["req", "-x509", ...curve, "-keyout", at("ca.key"), "-out", at("ca.pem")],
    ...["-subj", "/CN=root of a test", "-days", "2"],
  );
  await Deno.writeTextFile(
    at("names"),
    `subjectAltName=${isIP(name) === 0 ? "DNS" : "IP"}:${name}`,
  );
  for (const role of ["server", "client"]) {
    const [key, request, cert] = ["key", "csr", "pem"].map((end) => at(`${role}.${end}`));
    await output(
      "openssl",
      ...["req", ...curve, "-keyout", key, "-out", request, "-subj", `/CN=${role}`],
    );
    await output(
      "openssl",
      ...["x509", "-req", "-in", request, "-CA", at("ca.pem"), "-CAkey", at("ca.key")],
      ...["-CAcreateserial", "-days", "2", "-extfile", at("names"), "-out", cert],
    );
  }
  const pair = (role: string) => ({ cert: at(`${role}.pem`), key: at(`${role}.key`) });
  return { ca: at("ca.pem"), server: pair("server"), client: pair("client") };
}
