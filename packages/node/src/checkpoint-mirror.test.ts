// SPDX-License-Identifier: Apache-2.0
// The contract runs in ports.test.ts; here is what only a file can do.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileCheckpointMirror } from "./checkpoint-mirror.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-mirror-"));
after(() => rmSync(folder, { recursive: true }));

const note = (size: number) => `registrar.example/births\n${size}\n\n— registrar.example/births AAAAAA==\n`;

test("the file is the note itself, for other tools to read", async () => {
  const path = join(folder, "note");
  await new FileCheckpointMirror(path).write(note(7));
  assert.equal(readFileSync(path, "utf8"), note(7));
  assert.equal(statSync(path).mode & 0o777, 0o644);
});

test("of many writes at once the last one given stays, whole", async () => {
  const path = join(folder, "many");
  const mirror = new FileCheckpointMirror(path);
  await Promise.all(Array.from({ length: 25 }, (_, size) => mirror.write(note(size))));
  assert.equal(await mirror.read(), note(24));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("many")),
    ["many"],
  );
});

test("what has not begun to be written gives way to what comes after it, on whatever disk", async () => {
  const written: string[] = [];
  const write = async (_: string, bytes: Uint8Array) => void written.push(new TextDecoder().decode(bytes));
  const mirror = new FileCheckpointMirror("anywhere", { read: async () => Uint8Array.of(0x61), write });
  await Promise.all([mirror.write(note(1)), mirror.write(note(2)), mirror.write(note(3))]);
  await mirror.write(note(4));
  assert.deepEqual(written, [note(3), note(4)]);
  assert.equal(await mirror.read(), "a");
});

test("a write that fails is its caller's to know, and the next one is not lost with it", async () => {
  const path = join(folder, "blocked");
  const mirror = new FileCheckpointMirror(path);
  mkdirSync(path);
  await assert.rejects(mirror.write(note(1)), { code: "NAT_MIRROR_UNWRITABLE" });
  rmdirSync(path);
  await mirror.write(note(2));
  assert.equal(await mirror.read(), note(2));
});

test("a write behind one that fails still happens", async () => {
  const path = join(folder, "absent", "behind");
  const mirror = new FileCheckpointMirror(path);
  const first = mirror.write(note(1));
  const second = mirror.write(note(2));
  await assert.rejects(first, { code: "NAT_MIRROR_UNWRITABLE", detail: "ENOENT" });
  await assert.rejects(second, { code: "NAT_MIRROR_UNWRITABLE", detail: "ENOENT" });
  mkdirSync(join(folder, "absent"));
  await mirror.write(note(3));
  assert.equal(await mirror.read(), note(3));
});

test("a file that is no text, or cannot be read, is an error and not an absent mirror", async () => {
  const path = join(folder, "binary");
  writeFileSync(path, Uint8Array.of(0xff, 0xfe));
  await assert.rejects(new FileCheckpointMirror(path).read(), { code: "NAT_BYTES_UTF8" });
  const directory = join(folder, "directory");
  mkdirSync(directory);
  await assert.rejects(new FileCheckpointMirror(directory).read(), { code: "EISDIR" });
  assert.equal(await new FileCheckpointMirror(join(folder, "none")).read(), undefined);
});

test("an error that is none of the file system's is told as it is", async () => {
  const write = () => Promise.reject(new RangeError("a mistake"));
  const mirror = new FileCheckpointMirror("anywhere", { read: async () => undefined, write });
  await assert.rejects(mirror.write(note(1)), RangeError);
});
