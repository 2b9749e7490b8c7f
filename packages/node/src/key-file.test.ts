// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError } from "natalis/kernel";
import { openSecrets, readSealedFile, type Secrets, sealSecrets, writeSealedFile } from "./key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-keys-"));
after(() => rmSync(folder, { recursive: true }));

/** The least work that a reader allows: tests wait for it often. */
const quick = { logN: 14, r: 8, p: 1 };
const secrets = new Map([
  ["root", Uint8Array.of(1, 2, 3)],
  ["issuing", new Uint8Array(2000).fill(7)],
  ["", new Uint8Array(0)],
]);
const sealed = await sealSecrets(secrets, "correct horse", quick);

const at = { logN: 8, r: 9, p: 10, salt: 11, nonce: 43, ciphertext: 55 };

function changed(position: number, value: number): Uint8Array {
  const bytes = sealed.slice();
  bytes[position] = value;
  return bytes;
}

test("secrets come back by name", async () => {
  const opened = await openSecrets(sealed, "correct horse");
  assert.equal(opened.size, secrets.size);
  for (const [name, secret] of secrets) assert.deepEqual(opened.get(name), secret);
});

test("the passphrase is compared in Unicode form C", async () => {
  const typed = await sealSecrets(secrets, "caf\u0065\u0301", quick);
  assert.equal((await openSecrets(typed, "caf\u00e9")).size, 3);
});

test("nothing of a secret shows, and two files of the same secrets differ everywhere", async () => {
  const again = await sealSecrets(secrets, "correct horse", quick);
  assert.notDeepEqual(again.subarray(at.salt, at.nonce), sealed.subarray(at.salt, at.nonce));
  assert.notDeepEqual(again.subarray(at.ciphertext), sealed.subarray(at.ciphertext));
  assert.equal(Buffer.from(sealed).includes("issuing"), false);
});

test("another passphrase is refused", async () => {
  for (const passphrase of ["correct horsE", "correct horse ", "x"])
    await assert.rejects(openSecrets(sealed, passphrase), { code: "NAT_KEYFILE_PASSPHRASE" });
});

test("an empty passphrase is refused, for writing and for reading", async () => {
  await assert.rejects(sealSecrets(secrets, "", quick), { code: "NAT_KEYFILE_PASSPHRASE" });
  await assert.rejects(openSecrets(sealed, ""), { code: "NAT_KEYFILE_PASSPHRASE" });
});

test("a changed octet anywhere behind the magic is refused: the header is authenticated too", async () => {
  const positions = [at.p, at.salt, at.nonce, at.ciphertext, sealed.length - 1];
  for (const position of positions)
    await assert.rejects(openSecrets(changed(position, (sealed[position] as number) ^ 3), "correct horse"), {
      code: "NAT_KEYFILE_PASSPHRASE",
    });
});

test("whatever is flipped, cut or grown is refused with a code of its own", async () => {
  const changes = fc.oneof(
    fc
      .tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }))
      // Other costs are refused too, but some only after a second of work.
      .filter(([position]) => position < at.logN || position > at.p)
      .map(([position, change]) => changed(position, (sealed[position] as number) ^ change)),
    fc.nat(sealed.length - 1).map((length) => sealed.subarray(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => Uint8Array.from([...sealed, ...more])),
  );
  await fc.assert(
    fc.asyncProperty(changes, async (bytes) => {
      await assert.rejects(
        openSecrets(bytes, "correct horse"),
        (error) => isNatalisError(error, "NAT_KEYFILE_PASSPHRASE") || isNatalisError(error, "NAT_KEYFILE_FORM"),
      );
    }),
    { numRuns: 12 },
  );
});

test("what is authentic and yet no map of names to bytes is refused by its shape", async () => {
  for (const odd of [new Map([["root", "text"]]), new Map([[1, new Uint8Array(1)]])])
    await assert.rejects(openSecrets(await sealSecrets(odd as unknown as Secrets, "x", quick), "x"), {
      code: "NAT_CBOR_SHAPE",
    });
});

test("opened secrets are the caller's own: wiping them wipes nothing of another's", async () => {
  const [one, two] = [await openSecrets(sealed, "correct horse"), await openSecrets(sealed, "correct horse")];
  one.get("issuing")?.fill(0);
  assert.deepEqual(two.get("issuing"), secrets.get("issuing"));
});

test("another magic or version, and a file too short, is no key file", async () => {
  const form = { code: "NAT_KEYFILE_FORM" };
  await assert.rejects(openSecrets(changed(0, 0), "correct horse"), form);
  await assert.rejects(openSecrets(changed(7, 0x32), "correct horse"), form);
  for (const length of [0, 8, at.ciphertext, at.ciphertext + 15])
    await assert.rejects(openSecrets(sealed.subarray(0, length), "correct horse"), form);
});

test("a file may not ask for too much work or for too little", async () => {
  const cost = { code: "NAT_KEYFILE_COST" };
  for (const [position, value] of [
    [at.logN, 29],
    [at.logN, 255],
    [at.logN, 13],
    [at.logN, 0],
    [at.r, 0],
    [at.logN, 20],
    [at.p, 0],
    [at.p, 5],
  ] as const)
    await assert.rejects(openSecrets(changed(position, value), "correct horse"), cost, `${position} = ${value}`);
  await assert.rejects(sealSecrets(secrets, "x", { ...quick, logN: 10 }), cost);
});

test("a sealed file is its owner's only, at the full cost, and comes back without a warning", async () => {
  const path = join(folder, "authority.keys");
  await writeSealedFile(path, secrets, "correct horse");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const file = await readSealedFile(path, "correct horse");
  assert.equal(file.warning, undefined);
  assert.deepEqual(file.secrets.get("root"), secrets.get("root"));
  assert.deepEqual(readdirSync(folder), ["authority.keys"]);
});

test("a file that others can read is read with a warning", async () => {
  const path = join(folder, "open.keys");
  writeFileSync(path, sealed);
  chmodSync(path, 0o640);
  const { warning } = await readSealedFile(path, "correct horse");
  assert.match(warning ?? "", /open\.keys.*640/);
});
