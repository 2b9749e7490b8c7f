// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof JSON Web Signature and Key vectors. Natalis has no JOSE: what is judged is the signature in each (RFC
// 7515, RFC 7518) under the public key in each, on both verifiers. What only a reader of JWKs could refuse is named.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { encodeInteger, encodeSequence, readKeyFacts, signatureSchemeFor } from "natalis/formats";
import {
  decodeUtf8,
  encodeUtf8,
  fromBase64Url,
  fromHex,
  isNatalisError,
  type SignatureVerifier,
  toHex,
} from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { absent, readJsonVector } from "./vectors.ts";

type Jwk = Readonly<Record<string, unknown>>;
type Keys = Jwk | { readonly keys: readonly Jwk[] };

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly jws: string;
  readonly result: "valid" | "invalid";
}

interface VectorFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly private: Keys; readonly public?: Keys; readonly tests: readonly Vector[] }[];
}

const folder = "wycheproof";

/** DER identifiers of the signature algorithms of RFC 7518 section 3.1, and the octets of r and s. */
const digest = (last: string) => `300d060960864801650304020${last}0500`;
const pss = (last: string, salt: string) =>
  `304106092a864886f70d01010a3034a00f${digest(last)}a11c301a06092a864886f70d010108${digest(last)}a2030201${salt}`;
const signatureAlgorithms = new Map<unknown, { readonly identifier: string; readonly width?: number }>([
  ["RS256", { identifier: "300d06092a864886f70d01010b0500" }],
  ["RS384", { identifier: "300d06092a864886f70d01010c0500" }],
  ["RS512", { identifier: "300d06092a864886f70d01010d0500" }],
  ["PS256", { identifier: pss("1", "20") }],
  ["PS384", { identifier: pss("2", "30") }],
  ["PS512", { identifier: pss("3", "40") }],
  ["ES256", { identifier: "300a06082a8648ce3d040302", width: 32 }],
  ["ES384", { identifier: "300a06082a8648ce3d040303", width: 48 }],
  ["ES512", { identifier: "300a06082a8648ce3d040304", width: 66 }],
]);

/**
 * Vectors that the suite wants refused for what their JWK says of its key, which a SubjectPublicKeyInfo cannot say: the
 * signature holds. By file, then by number.
 */
const refusedByJwkAlone: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  json_web_signature_test: new Map([
    ...[332, 334, 336, 338, 340].map((tcId) => [tcId, "alg is another algorithm of the same kind of key"] as const),
    ...[353, 354].map((tcId) => [tcId, "use is enc"] as const),
    ...[355, 356].map((tcId) => [tcId, "key_ops is encrypt"] as const),
  ]),
  json_web_key_test: new Map([
    [6, "use is enc"],
    [7, "made by a generator with a flaw (ROCA, CVE-2017-15361): revocation is what tells of such keys"],
    [8, "RSA of 1024 bits: weak, which the strength of a path decides"],
    [19, "alg is of another curve"],
    [20, "alg is of another curve"],
    [21, "use is enc"],
  ]),
};

/** Whether a compact JWS has a signature that holds under the key; a MAC is none. */
async function isSigned(verifier: SignatureVerifier, jwk: Jwk, jws: string): Promise<boolean> {
  const parts = jws.split(".");
  const [header = "", payload = "", encoded = ""] = parts;
  const [headerBytes, payloadBytes, joined] = [header, payload, encoded].map(decoded);
  const algorithm = signatureAlgorithms.get(algorithmNamed(headerBytes));
  const key = spkiOf(jwk);
  if (parts.length !== 3 || payloadBytes === undefined || joined === undefined) return false;
  if (algorithm === undefined || key === undefined) return false;
  const scheme = signatureSchemeFor(fromHex(algorithm.identifier), key);
  const signature = ecdsaValue(joined, algorithm.width);
  if (scheme === undefined || signature === undefined) return false;
  return verifier.verify(scheme, key, encodeUtf8(`${header}.${payload}`), signature);
}

function decoded(part: string): Uint8Array | undefined {
  try {
    return fromBase64Url(part);
  } catch (error) {
    assert.ok(isNatalisError(error, "NAT_BYTES_BASE64"));
    return undefined;
  }
}

function algorithmNamed(header: Uint8Array | undefined): unknown {
  try {
    return (JSON.parse(decodeUtf8(header ?? new Uint8Array())) as { alg?: unknown }).alg;
  } catch {
    return undefined;
  }
}

/** Undefined for a key that Node does not import (points off their curve, symmetric keys) or that is refused here. */
function spkiOf(jwk: Jwk): Uint8Array | undefined {
  try {
    const spki = new Uint8Array(createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" }));
    readKeyFacts(spki);
    return spki;
  } catch {
    return undefined;
  }
}

/** Ecdsa-Sig-Value of r and s joined, where there is a width; undefined where they have another. */
function ecdsaValue(signature: Uint8Array, width?: number): Uint8Array | undefined {
  if (width === undefined) return signature;
  if (signature.length !== 2 * width) return undefined;
  const integer = (octets: Uint8Array) => encodeInteger(BigInt(`0x${toHex(octets)}`));
  return encodeSequence(integer(signature.subarray(0, width)), integer(signature.subarray(width)));
}

for (const [name, macs] of [
  ["json_web_signature_test", 40],
  ["json_web_key_test", 15],
] as const)
  for (const [runtime, verifier] of [
    ["OpenSSL", nodeSignatureVerifier],
    ["WebCrypto", webSignatureVerifier],
  ] as const)
    test(`${name} on ${runtime}`, { skip: absent(folder) }, async () => {
      const file = readJsonVector(`${folder}/${name}.json`) as VectorFile;
      const [seen, symmetric] = [new Set<number>(), new Set<number>()];
      for (const group of file.testGroups)
        for (const { tcId, comment, jws, result } of group.tests) {
          const isSymmetric = group.public === undefined;
          const holds = (result === "valid" && !isSymmetric) || refusedByJwkAlone[name]?.has(tcId) === true;
          const signed = await isSigned(verifier, firstKey(group.public ?? group.private), jws);
          assert.equal(signed, holds, `vector ${tcId}: ${comment}`);
          seen.add(tcId);
          if (isSymmetric) symmetric.add(tcId);
        }
      assert.deepEqual([seen.size, symmetric.size], [file.numberOfTests, macs]);
    });

test("the weak key of the JWK vectors is known as weak", { skip: absent(folder) }, () => {
  const file = readJsonVector(`${folder}/json_web_key_test.json`) as VectorFile;
  const group = file.testGroups.find(({ tests }) => tests.some(({ comment }) => comment === "rejects1024bitRsaKey"));
  const key = spkiOf(firstKey(group?.public as Keys));
  assert.equal(key && readKeyFacts(key).weak, true);
});

/** Sets of public keys have one each. */
function firstKey(keys: Keys): Jwk {
  return "keys" in keys ? ((keys.keys as readonly Jwk[])[0] as Jwk) : keys;
}
