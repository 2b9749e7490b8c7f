// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readBoundedFile } from "./bounded-file.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-bounded-"));
after(() => rmSync(folder, { recursive: true }));

test("a file up to the limit is read whole, and one byte more is refused", async () => {
  const path = join(folder, "file");
  const content = Uint8Array.from({ length: 70_000 }, (_, i) => i);
  writeFileSync(path, content);
  assert.deepEqual(await readBoundedFile(path, content.length), content);
  await assert.rejects(readBoundedFile(path, content.length - 1), { code: "NAT_FILE_SIZE" });
});

test("an empty file is read", async () => {
  const path = join(folder, "empty");
  writeFileSync(path, "");
  assert.equal((await readBoundedFile(path, 0)).length, 0);
});

test("a huge file, and one without an end, cost no more than the limit", async () => {
  const path = join(folder, "sparse");
  writeFileSync(path, "");
  truncateSync(path, 2 ** 40);
  await assert.rejects(readBoundedFile(path, 1000), { code: "NAT_FILE_SIZE" });
  await assert.rejects(readBoundedFile("/dev/zero", 1000), { code: "NAT_FILE_SIZE" });
});

test("what cannot be read is the system's own error", async () => {
  await assert.rejects(readBoundedFile(join(folder, "absent"), 10), { code: "ENOENT" });
  await assert.rejects(readBoundedFile(folder, 10), { code: "EISDIR" });
});
