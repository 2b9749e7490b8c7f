// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DurableWriter } from "./durable-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-writer-"));
const writer = new DurableWriter();
after(async () => {
  await writer.close();
  rmSync(folder, { recursive: true });
});

test("writes happen in the order they are asked for, whole, and leave nothing beside the file", async () => {
  const path = join(folder, "file");
  const writes = Array.from({ length: 20 }, (_, i) => writer.write(path, new Uint8Array(3000).fill(i), 0o644));
  await writes[0];
  assert.equal(readFileSync(path).length, 3000);
  await Promise.all(writes);
  assert.deepEqual([...new Set(readFileSync(path))], [19]);
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("what the file system refuses is told by its code, and the next write goes on", async () => {
  const path = join(folder, "file");
  const refused = writer.write(join(folder, "absent", "file"), Uint8Array.of(1), 0o600);
  const taken = writer.write(path, Uint8Array.of(2), 0o600);
  await assert.rejects(refused, { code: "ENOENT" });
  await taken;
  assert.deepEqual([...readFileSync(path)], [2]);
});

test("who waits when the thread ends is told so, and the next write starts another", async () => {
  const path = join(folder, "file");
  const waiting = writer.write(path, Uint8Array.of(3), 0o600);
  const refused = assert.rejects(waiting, { code: "ERR_THREAD_ENDED" });
  await writer.close();
  await refused;
  await writer.write(path, Uint8Array.of(4), 0o600);
  assert.deepEqual([...readFileSync(path)], [4]);
});
