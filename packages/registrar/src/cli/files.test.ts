// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isThere, readData, readText } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-files-"));
const path = join(folder, "file");
after(() => rmSync(folder, { recursive: true }));

test("a file is read, and named where it cannot be", async () => {
  writeFileSync(path, "two words");
  assert.equal(await readText(path), "two words");
  assert.equal(Buffer.from(await readData(path)).toString(), "two words");
  for (const wrong of [join(folder, "absent"), folder])
    for (const read of [readText, readData])
      await assert.rejects(
        read(wrong),
        (error: Error) => /NAT_CLIENT_FILE/.test(error.message) && error.message.includes(wrong),
      );
});

test("a huge file, and text that is none, are refused", async () => {
  writeFileSync(path, Uint8Array.of(0xff));
  await assert.rejects(readText(path), { code: "NAT_CLIENT_FILE" });
  truncateSync(path, 2 ** 40);
  for (const read of [readText, readData]) await assert.rejects(read(path), { code: "NAT_CLIENT_FILE" });
});

test("what may not be looked at is not taken for absent", async () => {
  writeFileSync(path, "");
  assert.deepEqual([await isThere(path), await isThere(join(folder, "absent"))], [true, false]);
  await assert.rejects(isThere(join(path, "below")), { code: "NAT_CLIENT_FILE" });
});
