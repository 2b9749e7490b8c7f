// SPDX-License-Identifier: Apache-2.0
// Held against OpenSSL, whose KBKDF is KDFa and whose SSKDF is KDFe, when both are told the fixed input.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { nodeCredentialCryptography } from "@natalis/node";
import { concatBytes, toHex } from "../../kernel/index.ts";
import { deriveA, deriveE, terminated } from "./key-derivation.ts";

const octets = (length: number, first: number) => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

function openssl(length: number, algorithm: string, options: Readonly<Record<string, string>>): string {
  const words = Object.entries(options).flatMap(([name, value]) => ["-kdfopt", `${name}:${value}`]);
  const { stdout, stderr } = spawnSync("openssl", ["kdf", "-keylen", `${length}`, ...words, algorithm]);
  assert.equal(String(stderr), "");
  return String(stdout).trim().replaceAll(":", "").toLowerCase();
}

const cases = [
  { digest: "SHA-256", name: "SHA256" },
  { digest: "SHA-384", name: "SHA384" },
] as const;

test("KDFa is HMAC in counter mode", async () => {
  const { hmac } = nodeCredentialCryptography;
  for (const { digest, name } of cases)
    for (const bits of [128, 256, 384, 1024])
      for (const context of [new Uint8Array(0), octets(34, 9)]) {
        const key = octets(32, 1);
        const expected = openssl(bits / 8, "KBKDF", {
          mac: "HMAC",
          digest: name,
          hexkey: toHex(key),
          salt: "STORAGE",
          ...(context.length > 0 && { hexinfo: toHex(context) }),
        });
        assert.equal(toHex(await deriveA(hmac, digest, key, "STORAGE", context, bits)), expected);
      }
});

test("KDFe is a hash over counter, secret and parties", () => {
  for (const { digest, name } of cases)
    for (const bits of [128, 256, 384, 1024]) {
      const [secret, u, v] = [octets(48, 1), octets(48, 3), octets(48, 5)];
      const hexinfo = toHex(concatBytes(terminated("IDENTITY"), u, v));
      const expected = openssl(bits / 8, "SSKDF", { digest: name, hexkey: toHex(secret), hexinfo });
      assert.equal(toHex(deriveE(digest, secret, "IDENTITY", [u, v], bits)), expected);
    }
});

test("a label goes with its terminating zero", () => {
  assert.deepEqual(terminated("ID"), Uint8Array.of(0x49, 0x44, 0));
});
