import assert from "node:assert/strict";
import { imageAt } from "./image_files.ts";

const paths: readonly (readonly [path: string, opened: string | undefined])[] = [
  ["C:\\Windows\\x.exe", "\\\\?\\C:\\Windows\\x.exe"],
  ["c:\\temp\\x.exe.", "\\\\?\\c:\\temp\\x.exe."],
  ["\\\\server\\share\\x.exe", "\\\\?\\UNC\\server\\share\\x.exe"],
  [
    "\\Device\\HarddiskVolume9\\x.dll",
    "\\\\?\\GLOBALROOT\\Device\\HarddiskVolume9\\x.dll",
  ],
  ["\\Device\\Mup\\server\\x.dll", "\\\\?\\GLOBALROOT\\Device\\Mup\\server\\x.dll"],
  ["\\SystemRoot\\x.sys", "\\\\?\\GLOBALROOT\\SystemRoot\\x.sys"],
  ["\\Device\\NamedPipe\\x", undefined],
  ["\\\\.\\PhysicalDrive0", undefined],
  ["\\\\?\\C:\\x", undefined],
  ["x.exe", undefined],
  ["System", undefined],
  ["-", undefined],
  ["<unknown process>", undefined],
];

Deno.test("files are opened by their very names, and nothing but files", () => {
  for (const [path, opened] of paths) assert.equal(imageAt(path, 4)?.path, opened, path);
});

Deno.test("what hangs on one drive or server does not hold up another's", () => {
  const device = (path: string) => imageAt(path, 4)?.device;
  assert.equal(device("C:\\a"), device("c:\\b\\c"));
  assert.notEqual(device("C:\\a"), device("D:\\a"));
  assert.equal(device("\\\\one\\a\\b"), device("\\\\ONE\\c\\d"));
  assert.notEqual(device("\\Device\\Mup\\one\\a"), device("\\Device\\Mup\\two\\a"));
  const server = `\\\\${"s".repeat(260)}`;
  assert.equal(device(`${server}1\\a`), device(`${server}2\\a`), "names have a limit");
});
