// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readPassphraseFile, readSecretFile } from "./secret-file.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-secret-"));
after(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, `${content.length}-${mode}-${content.at(-1)?.toString().codePointAt(0)}`);
  writeFileSync(path, content, { mode });
  return path;
}

test("a passphrase loses one final line break and nothing else", async () => {
  for (const [content, passphrase] of [
    ["two words", "two words"],
    ["two words\n", "two words"],
    ["two words\r\n", "two words"],
    [" two words \n\n", " two words \n"],
  ] as const)
    assert.equal((await readPassphraseFile(fileOf(content))).passphrase, passphrase);
});

test("an empty passphrase file is refused", async () => {
  for (const content of ["", "\n", "\r\n"])
    await assert.rejects(readPassphraseFile(fileOf(content)), { code: "NAT_SECRETFILE_SIZE" });
});

test("a passphrase that is not UTF-8 is refused", async () => {
  await assert.rejects(readPassphraseFile(fileOf(Uint8Array.of(0x61, 0xff))), { code: "NAT_BYTES_UTF8" });
});

test("no more than the limit is read", async () => {
  const path = fileOf(new Uint8Array(101));
  assert.equal((await readSecretFile(path, 101)).bytes.length, 101);
  await assert.rejects(readSecretFile(path, 100), { code: "NAT_SECRETFILE_SIZE" });
  await assert.rejects(readPassphraseFile(fileOf("x".repeat(1025))), { code: "NAT_SECRETFILE_SIZE" });
});

test("who else may use the file is said, and only then", async () => {
  assert.equal((await readSecretFile(fileOf("secret", 0o600), 10)).warning, undefined);
  assert.match((await readSecretFile(fileOf("secret", 0o644), 10)).warning ?? "", /644/);
});

test("a file that is not there is the system's own error", async () => {
  await assert.rejects(readSecretFile(join(folder, "absent"), 10), { code: "ENOENT" });
});
