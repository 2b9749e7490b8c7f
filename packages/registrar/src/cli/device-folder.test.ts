// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { algorithms } from "natalis/formats";
import { toHex } from "natalis/kernel";
import { deviceFolder, openKey, openOrMakeKey, readPapers, readReceiptCheckpoint } from "./device-folder.ts";

const root = mkdtempSync(join(tmpdir(), "natalis-device-"));
after(() => rmSync(root, { recursive: true }));

test("a key is made once, for its owner only, and found again", async () => {
  const folder = deviceFolder(join(root, "one"));
  const made = await openOrMakeKey(folder, algorithms.EdDSA);
  assert.equal(statSync(folder.key).mode & 0o777, 0o600);
  assert.equal(statSync(folder.path).mode & 0o777, 0o700);
  const found = await openOrMakeKey(folder, algorithms.ES256);
  assert.equal(toHex(found.publicKey), toHex(made.publicKey));
  assert.equal(found.algorithm.name, "EdDSA");
});

test("a key that cannot be read is never replaced", async () => {
  const folder = deviceFolder(join(root, "two"));
  await openOrMakeKey(folder, algorithms.ES256);
  for (const content of ["", "no PEM", "x".repeat(20_000)]) {
    writeFileSync(folder.key, content);
    await assert.rejects(openOrMakeKey(folder, algorithms.ES256), (error: { code?: string }) =>
      (error.code ?? "").startsWith("NAT_"),
    );
  }
  const below = deviceFolder(join(folder.key, "below"));
  await assert.rejects(openOrMakeKey(below, algorithms.ES256), { code: "NAT_CLIENT_FILE" });
});

test("papers that are not there, or not theirs, are named", async () => {
  const folder = deviceFolder(join(root, "three"));
  for (const read of [openKey, readPapers, readReceiptCheckpoint])
    await assert.rejects(read(folder), { code: "NAT_CLIENT_FILE" });
});
