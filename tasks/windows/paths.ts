/** Where the Windows build's parts and products are. */

import { ROOT } from "../shared/paths.ts";

/** What is kept from build to build: standard library, objects, runtime, Wine's prefix. */
export const WINDOWS_BUILD = `${ROOT}/build/windows`;

/** The target that mingw's linker serves. */
export const WINDOWS_TARGET = "x86_64-pc-windows-gnu";

/** cargo's target directory for Windows; apart, because another compiler builds for it. */
export const WINDOWS_CARGO = `${WINDOWS_BUILD}/target`;

const RELEASE = `${WINDOWS_CARGO}/${WINDOWS_TARGET}/release`;

/** The native library. */
export const WINDOWS_LIBRARY = `${RELEASE}/monomi.dll`;
