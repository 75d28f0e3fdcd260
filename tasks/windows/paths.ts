/** Where the Windows build's parts and products are. */

import { ROOT } from "../shared/paths.ts";

/** What is kept from build to build: standard library, objects, runtime, Wine's prefix. */
export const WINDOWS_BUILD = `${ROOT}/build/windows`;

/** The target that mingw's linker serves. */
export const WINDOWS_TARGET = "x86_64-pc-windows-gnu";

/** cargo's target directory for Windows; apart, because another compiler builds for it. */
export const WINDOWS_CARGO = `${WINDOWS_BUILD}/target`;

const RELEASE = `${WINDOWS_CARGO}/${WINDOWS_TARGET}/release`;

/** The start of the single file. */
export const WINDOWS_LAUNCHER = `${RELEASE}/monomi-launcher.exe`;
/** The single file. */
export const WINDOWS_PACKED = `${ROOT}/dist/monomi.exe`;
/** The same with the runtime that runs under Wine: for tests. */
export const PACKED_FOR_WINE = `${WINDOWS_BUILD}/monomi.exe`;

/** The native library. */
export const WINDOWS_LIBRARY = `${RELEASE}/monomi.dll`;

/** The same with a library and a start for tests of live capture: for tests of the service. */
export const PACKED_FOR_FAKE = `${WINDOWS_BUILD}/monomi-fake.exe`;

/** A library for tests of live capture, and the one that it takes Windows' functions from. */
export const FAKE_TRACING = `${WINDOWS_BUILD}/fake-etw`;
