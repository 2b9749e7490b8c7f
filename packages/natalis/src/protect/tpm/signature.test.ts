// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import { concatBytes, type Digest, isNatalisError } from "../../kernel/index.ts";
import { encodeTpmSignature, isSignatureOf, parseTpmSignature, type TpmSignature } from "./signature.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const data = new TextEncoder().encode("what the TPM states");
const spki = (key: KeyObject) => new Uint8Array(key.export({ format: "der", type: "spki" }));
const plain = (bytes: Buffer) => new Uint8Array(bytes);

const digest = fc.constantFrom<Digest>("SHA-1", "SHA-256", "SHA-384", "SHA-512");
const anySignature: fc.Arbitrary<TpmSignature> = fc.oneof(
  fc.record({
    scheme: fc.constantFrom("RSASSA" as const, "RSAPSS" as const),
    digest,
    value: fc.uint8Array({ maxLength: 512 }),
  }),
  fc.record({
    scheme: fc.constant("ECDSA" as const),
    digest,
    r: fc.uint8Array({ minLength: 1, maxLength: 48 }),
    s: fc.uint8Array({ minLength: 1, maxLength: 48 }),
  }),
);

test("any signature comes back as it was written, and nothing else comes of a changed one", () => {
  fc.assert(
    fc.property(anySignature, fc.nat(), fc.integer({ min: 1, max: 255 }), (signature, at, change) => {
      const bytes = encodeTpmSignature(signature);
      assert.deepEqual(parseTpmSignature(bytes), { ...signature });
      const altered = bytes.with(at % bytes.length, (bytes[at % bytes.length] as number) ^ change);
      for (const one of [altered, bytes.subarray(0, at % bytes.length), concatBytes(bytes, Uint8Array.of(0))])
        try {
          parseTpmSignature(one);
        } catch (error) {
          assert.ok(isNatalisError(error, "NAT_TPM_STRUCTURE"));
        }
    }),
    { numRuns: 500 },
  );
});

test("schemes and integers that are none", () => {
  for (const octets of [
    [0, 0x1a, 0, 0x0b],
    [0, 0x18, 0, 0x12],
    [0, 0x18, 0, 0x0b, 0, 0, 0, 1, 1],
    [0, 0x10],
  ])
    assert.throws(
      () => parseTpmSignature(Uint8Array.from(octets)),
      (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
    );
});

function ecdsa(key: KeyObject, digestName: "sha256" | "sha384"): TpmSignature {
  const joined = plain(sign(digestName, data, { key, dsaEncoding: "ieee-p1363" }));
  const [r, s] = [joined.subarray(0, joined.length / 2), joined.subarray(joined.length / 2)];
  return { scheme: "ECDSA", digest: digestName === "sha256" ? "SHA-256" : "SHA-384", r, s };
}

function pss(saltLength: number): TpmSignature {
  const options = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return { scheme: "RSAPSS", digest: "SHA-256", value: plain(sign("sha256", data, options)) };
}

test("what OpenSSL signs is verified, under the digest that was named", async () => {
  const ways: readonly (readonly [what: string, key: KeyObject, signature: TpmSignature])[] = [
    ["ECDSA P-256", p256.publicKey, ecdsa(p256.privateKey, "sha256")],
    ["ECDSA P-256 with SHA-384", p256.publicKey, ecdsa(p256.privateKey, "sha384")],
    ["ECDSA P-384", p384.publicKey, ecdsa(p384.privateKey, "sha384")],
    [
      "RSASSA",
      rsa.publicKey,
      { scheme: "RSASSA", digest: "SHA-384", value: plain(sign("sha384", data, rsa.privateKey)) },
    ],
    ["RSAPSS, salt as long as the digest", rsa.publicKey, pss(32)],
    ["RSAPSS, salt as long as it can be", rsa.publicKey, pss(256 - 32 - 2)],
  ];
  for (const [what, key, signature] of ways) {
    const isValid = (of: TpmSignature, over: Uint8Array, by: KeyObject = key) =>
      isSignatureOf(of, spki(by), over, nodeSignatureVerifier);
    assert.ok(await isValid(signature, data), what);
    assert.ok(!(await isValid(signature, createHash("sha256").update(data).digest())), `${what}, other data`);
    assert.ok(!(await isValid({ ...signature, digest: "SHA-512" }, data)), `${what}, other digest`);
    const other = key === rsa.publicKey ? p256.publicKey : rsa.publicKey;
    assert.ok(!(await isValid(signature, data, other)), `${what}, a key of another kind`);
    assert.ok(!(await isSignatureOf(signature, new Uint8Array(9), data, nodeSignatureVerifier)), `${what}, no key`);
  }
});
