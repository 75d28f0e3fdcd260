/** Where the native library lies when running from the sources. */

const BUILT: Readonly<Record<string, string>> = {
  linux: "../../native/target/release/libmonomi.so",
  windows: "../../build/windows/target/x86_64-pc-windows-gnu/release/monomi.dll",
};

/** Path of the library that `deno task build`, for Windows `deno task pack --target windows`, made. */
export function builtLibrary(): string {
  const { pathname } = new URL(BUILT[Deno.build.os] ?? BUILT.linux, import.meta.url);
  return decodeURIComponent(pathname).replace(/^\/(?=[A-Z]:)/i, "");
}
