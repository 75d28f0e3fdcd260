/** Where things are, absolute, so that tasks work from every directory. */

import { fileURLToPath } from "node:url";

/** The root of the source tree, without a slash at the end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** The target whose standard library and C library the products are built for. */
export const TARGET = "x86_64-unknown-linux-gnu";

/** The native library that the program loads. */
export const LIBRARY = `${ROOT}/native/target/release/libmonomi.so`;
/** The library that names the process. */
export const PRELOAD = `${ROOT}/native/target/release/libmonomi_preload.so`;
/** The tool that joins the parts of the single file. */
export const PACKER = `${ROOT}/native/target/${TARGET}/release/monomi-pack`;
/** The start of the single file. */
export const LAUNCHER = `${ROOT}/native/target/${TARGET}/release/monomi-launcher`;
/** The program in the form that the single file carries. */
export const SCRIPT = `${ROOT}/build/monomi.js`;
/** The single file. */
export const PACKED = `${ROOT}/dist/monomi`;
/** The single file as `deno compile` makes it. */
export const COMPILED = `${ROOT}/dist/monomi-compiled`;
