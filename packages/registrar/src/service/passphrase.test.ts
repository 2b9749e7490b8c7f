// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeEntropy } from "@natalis/node";
import { type DataFolder, dataFolder } from "./data-folder.ts";
import { choosePassphrase, readPassphrase } from "./passphrase.ts";

const root = mkdtempSync(join(tmpdir(), "natalis-passphrase-"));
after(() => rmSync(root, { recursive: true }));

let count = 0;
function newFolder(): DataFolder {
  const path = join(root, String(count++));
  mkdirSync(path);
  return dataFolder(path);
}

test("where none is given, a random one is written for its owner only, and each use warns", async () => {
  const [one, two] = [newFolder(), newFolder()];
  const chosen = await choosePassphrase(one, undefined, nodeEntropy);
  assert.equal(statSync(one.passphrase).mode & 0o777, 0o600);
  assert.ok(chosen.passphrase.length >= 43);
  assert.notEqual((await choosePassphrase(two, undefined, nodeEntropy)).passphrase, chosen.passphrase);
  const read = await readPassphrase(one, undefined);
  assert.equal(read.passphrase, chosen.passphrase);
  for (const { warnings } of [chosen, read]) assert.match(warnings.join(), /lies beside them/);
  assert.ok(!read.warnings.join().includes(read.passphrase));
});

test("a named file is read and nothing is written into the data folder", async () => {
  const folder = newFolder();
  const file = join(root, "mine");
  writeFileSync(file, "two words\n", { mode: 0o600 });
  assert.deepEqual(await choosePassphrase(folder, file, nodeEntropy), { passphrase: "two words", warnings: [] });
  assert.ok(!existsSync(folder.passphrase));
  chmodSync(file, 0o640);
  assert.match((await readPassphrase(folder, file)).warnings.join(), /640/);
});

test("a start makes no passphrase up", async () => {
  const folder = newFolder();
  await assert.rejects(readPassphrase(folder, undefined), { code: "NAT_SERVICE_DATA" });
  await assert.rejects(readPassphrase(folder, join(root, "absent")), { code: "NAT_SERVICE_DATA" });
  assert.ok(!existsSync(folder.passphrase));
});

test("an empty passphrase, and one that is a book, are refused", async () => {
  for (const content of ["", "\n", "x".repeat(2000)]) {
    const file = join(root, `bad-${content.length}`);
    writeFileSync(file, content, { mode: 0o600 });
    await assert.rejects(readPassphrase(newFolder(), file), { code: "NAT_SECRETFILE_SIZE" });
  }
  assert.equal(readFileSync(join(root, "bad-0"), "utf8"), "");
});
