// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { joinEcdsaIntegers } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { encodeTpmSignature, type TpmSignature } from "./signature.ts";
import { requireWebauthnSignature, webauthnAlgorithm } from "./webauthn-signature.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const certInfo = new TextEncoder().encode("certInfo");
const spki = (key: KeyObject) => new Uint8Array(key.export({ format: "der", type: "spki" }));
const plain = (bytes: Buffer) => new Uint8Array(bytes);
const pss = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

const ways: readonly (readonly [algorithm: number, key: KeyObject, signature: Uint8Array, width?: number])[] = [
  [-7, p256.publicKey, plain(sign("sha256", certInfo, p256.privateKey)), 32],
  [-35, p384.publicKey, plain(sign("sha384", certInfo, p384.privateKey)), 48],
  [-257, rsa.publicKey, plain(sign("sha256", certInfo, rsa.privateKey))],
  [-258, rsa.publicKey, plain(sign("sha384", certInfo, rsa.privateKey))],
  [-259, rsa.publicKey, plain(sign("sha512", certInfo, rsa.privateKey))],
  [-37, rsa.publicKey, plain(sign("sha256", certInfo, pss))],
  [-65535, rsa.publicKey, plain(sign("sha1", certInfo, rsa.privateKey))],
];

/** The same as a TPM writes it. */
function wrapped(algorithm: number, signature: Uint8Array, width = 0): Uint8Array {
  const { scheme, digest } = webauthnAlgorithm(algorithm);
  if (scheme !== "ECDSA") return encodeTpmSignature({ scheme, digest, value: signature });
  const joined = joinEcdsaIntegers(signature, width);
  return encodeTpmSignature({
    scheme,
    digest,
    r: joined.subarray(0, width),
    s: joined.subarray(width),
  } satisfies TpmSignature);
}

const require = (algorithm: number, signature: Uint8Array, key: KeyObject, over = certInfo) =>
  requireWebauthnSignature({ algorithm, signature, certInfo: over }, spki(key), nodeSignatureVerifier);
const isRefused = (error: unknown) => isNatalisError(error, "NAT_EVIDENCE_SIGNATURE");

test("bare or as a TPMT_SIGNATURE", async () => {
  for (const [algorithm, key, signature, width] of ways)
    for (const form of [signature, wrapped(algorithm, signature, width)]) {
      await require(algorithm, form, key);
      await assert.rejects(require(algorithm, form, key, new Uint8Array(1)), isRefused);
      await assert.rejects(require(algorithm, form.with(form.length - 1, (form.at(-1) as number) ^ 1), key), isRefused);
      await assert.rejects(require(algorithm, form.subarray(1), key), isRefused);
    }
});

test("another digest, another padding, a key of another kind", async () => {
  const [, , ecdsa = new Uint8Array(0)] = ways[0] ?? [];
  const [, , pkcs1 = new Uint8Array(0)] = ways[2] ?? [];
  await assert.rejects(require(-258, pkcs1, rsa.publicKey), isRefused);
  await assert.rejects(require(-37, pkcs1, rsa.publicKey), isRefused);
  await assert.rejects(require(-257, wrapped(-258, pkcs1), rsa.publicKey), isRefused);
  await assert.rejects(require(-7, ecdsa, rsa.publicKey), isRefused);
  await assert.rejects(require(-257, pkcs1, p256.publicKey), isRefused);
});

test("a key that is none", async () => {
  const [, , signature = new Uint8Array(0)] = ways[2] ?? [];
  const signed = { algorithm: -257, signature, certInfo };
  await assert.rejects(requireWebauthnSignature(signed, new Uint8Array(9), nodeSignatureVerifier), isRefused);
});

test("an algorithm that is none", () => {
  for (const number of [0, -8, -47, -48, 1])
    assert.throws(
      () => webauthnAlgorithm(number),
      (error) => isNatalisError(error, "NAT_EVIDENCE_MALFORMED"),
    );
});
