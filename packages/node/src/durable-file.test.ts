// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { removeAbandonedWrites, renameDurably, writeFileDurably, writeFileDurablySync } from "./durable-file.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-durable-"));
after(() => rmSync(folder, { recursive: true }));

test("the file holds the new bytes, and nothing else is left in the folder", async () => {
  const path = join(folder, "state");
  await writeFileDurably(path, new Uint8Array(5000).fill(1));
  await writeFileDurably(path, Uint8Array.of(2));
  assert.deepEqual([...readFileSync(path)], [2]);
  assert.deepEqual(readdirSync(folder), ["state"]);
});

test("a file is its owner's unless another mode is asked for, and a replaced file takes the new mode", async () => {
  const path = join(folder, "mode");
  await writeFileDurably(path, Uint8Array.of(1), 0o640);
  assert.equal(statSync(path).mode & 0o777, 0o640);
  chmodSync(path, 0o666);
  await writeFileDurably(path, Uint8Array.of(2));
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("writers at once leave one whole content", async () => {
  const path = join(folder, "race");
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileDurably(path, new Uint8Array(3000 + i).fill(i))));
  const bytes = readFileSync(path);
  assert.equal(bytes.length, 3000 + (bytes[0] as number));
  assert.ok(bytes.every((octet) => octet === bytes[0]));
});

test("a failed write leaves the old file and no rest", async () => {
  const path = join(folder, "directory");
  mkdirSync(path);
  const before = readdirSync(folder);
  await assert.rejects(writeFileDurably(path, Uint8Array.of(1)));
  assert.deepEqual(readdirSync(folder), before);
  await assert.rejects(writeFileDurably(join(folder, "absent", "file"), Uint8Array.of(1)), { code: "ENOENT" });
});

test("a folder takes the name of an empty one, and of no other", async () => {
  const [from, empty, full] = ["from", "empty", "full"].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [from, empty, full]) mkdirSync(path);
  await writeFileDurably(join(full, "file"), Uint8Array.of(1));
  await assert.rejects(renameDurably(from, full), { code: "ENOTEMPTY" });
  await renameDurably(from, empty);
  await assert.rejects(renameDurably(from, empty), { code: "ENOENT" });
});

test("what a write left that was cut off is removed; one that may be under way is not, nor any other file", async () => {
  const place = join(folder, "abandoned");
  mkdirSync(place);
  const [old, young] = ["checkpoint.0123456789ab.tmp", "checkpoint.ba9876543210.tmp"];
  const others = ["checkpoint", "notes.tmp", "x.0123456789ab.tmp.txt"];
  for (const name of [old, young, ...others]) writeFileSync(join(place, name), name);
  const moment = new Date("2026-03-01T12:00:00Z");
  for (const name of [old, ...others]) utimesSync(join(place, name), moment, new Date(moment.getTime() - 1000));
  utimesSync(join(place, young), moment, moment);
  await removeAbandonedWrites(place, moment);
  assert.deepEqual(readdirSync(place).toSorted(), [young, ...others].toSorted());
  await assert.rejects(removeAbandonedWrites(join(folder, "absent"), moment), { code: "ENOENT" });
});

test("a write that gives way to nothing does the same", () => {
  const path = join(folder, "at once");
  writeFileDurablySync(path, new Uint8Array(5000).fill(1));
  writeFileDurablySync(path, Uint8Array.of(2), 0o640);
  assert.deepEqual([...readFileSync(path)], [2]);
  assert.equal(statSync(path).mode & 0o777, 0o640);
  const before = readdirSync(folder);
  assert.throws(() => writeFileDurablySync(join(folder, "directory"), Uint8Array.of(1)));
  assert.throws(() => writeFileDurablySync(join(folder, "absent", "file"), Uint8Array.of(1)), { code: "ENOENT" });
  assert.deepEqual(readdirSync(folder), before);
});
