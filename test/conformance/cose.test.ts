// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 (RFC 9052) and the certificate headers (RFC 9360) judged by the examples of the COSE working group, of
// GlueCOSE, and of the IETF hackathon for ML-DSA (RFC 9964). Algorithms outside our table must be refused.

import assert from "node:assert/strict";
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  asArray,
  asBytes,
  asMap,
  type CborValue,
  decodeCbor,
  encodeSign1Structure,
  headerLabels,
  parseCertificate,
  parseCoseKey,
  parseSign1,
  parseX5chain,
  parseX5t,
  signedBytes,
  Tagged,
  verifySign1,
} from "natalis/formats";
import { fromHex, isNatalisError, toHex } from "natalis/kernel";
import { absent, readJsonVector, readVector, vectorFiles } from "./vectors.ts";

type VectorKey = JsonWebKey & Readonly<Record<string, string>>;

const tableAlgorithms: readonly string[] = ["ES256", "ES384", "EdDSA"];
const bytesOf = (hex: string | undefined) => fromHex((hex ?? "").toLowerCase());

function publicKeyOf(key: VectorKey): Uint8Array {
  const { d: _private, kid: _id, x_hex: xHex, ...jwk } = key;
  const x = xHex === undefined ? jwk.x : Buffer.from(xHex, "hex").toString("base64url");
  const spki = createPublicKey({ key: { ...jwk, x } as JsonWebKey, format: "jwk" });
  return new Uint8Array(spki.export({ format: "der", type: "spki" }));
}

async function isAccepted(message: Uint8Array, publicKey: Uint8Array, externalAad: Uint8Array): Promise<boolean> {
  try {
    await verifySign1(parseSign1(message), publicKey, nodeSignatureVerifier, externalAad);
    return true;
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return false;
  }
}

interface WorkingGroupExample {
  readonly title: string;
  readonly fail?: boolean;
  readonly input: { readonly sign0: { readonly key: VectorKey; readonly alg: string; readonly external?: string } };
  readonly intermediates: { readonly ToBeSign_hex: string };
  readonly output: { readonly cbor: string };
}

const workingGroup = "cose/cose-wg";
const messages = [
  ...vectorFiles(`${workingGroup}/sign1-tests`, /^sign-(pass|fail)/),
  ...vectorFiles(`${workingGroup}/ecdsa-examples`, /^ecdsa-sig/),
  ...vectorFiles(`${workingGroup}/eddsa-examples`, /^eddsa-sig/),
];

test("COSE working group: Sign1 examples", { skip: absent(workingGroup) }, async (context) => {
  assert.equal(messages.length, 15);
  for (const file of messages)
    await context.test(file, async () => {
      const { input, intermediates, output, fail } = readJsonVector(file) as WorkingGroupExample;
      const { key, alg, external } = input.sign0;
      const message = bytesOf(output.cbor);
      const inTable = tableAlgorithms.includes(alg) && key.crv !== "Ed448";
      const publicKey = key.crv === "Ed448" ? new Uint8Array(69) : publicKeyOf(key);
      assert.equal(await isAccepted(message, publicKey, bytesOf(external)), inTable && fail !== true);
      if (fail !== true)
        assert.equal(
          toHex(signedBytes(parseSign1(message), bytesOf(external))),
          intermediates.ToBeSign_hex.toLowerCase(),
        );
    });
});

interface GlueExample {
  readonly key: VectorKey;
  readonly alg: string;
  readonly "sign1::verify"?: {
    readonly taggedCOSESign1: { readonly cborHex: string };
    readonly external?: string;
    readonly shouldVerify: boolean;
  };
  readonly "sign1::sign"?: {
    readonly payload: string;
    readonly protectedHeaders: { readonly cborHex: string };
    readonly external?: string;
    readonly tbsHex: { readonly cborHex: string };
    readonly expectedOutput: { readonly cborHex: string };
  };
}

const glue = "cose/gluecose";

test("GlueCOSE: verify", { skip: absent(glue) }, async () => {
  const files = vectorFiles(glue, /^sign1-verify/);
  assert.equal(files.length, 7);
  for (const file of files) {
    const { key, alg, "sign1::verify": verify } = readJsonVector(file) as GlueExample;
    assert.ok(verify);
    const expected = verify.shouldVerify && tableAlgorithms.includes(alg);
    const message = bytesOf(verify.taggedCOSESign1.cborHex);
    assert.equal(await isAccepted(message, publicKeyOf(key), bytesOf(verify.external)), expected, file);
  }
});

test("GlueCOSE: sign, the bytes to be signed and the expected outputs", { skip: absent(glue) }, async () => {
  const files = vectorFiles(glue, /^sign1-sign/);
  assert.equal(files.length, 7);
  for (const file of files) {
    const { key, alg, "sign1::sign": sign } = readJsonVector(file) as GlueExample;
    assert.ok(sign);
    const external = bytesOf(sign.external);
    const structure = encodeSign1Structure(bytesOf(sign.protectedHeaders.cborHex), bytesOf(sign.payload), external);
    assert.equal(toHex(structure), sign.tbsHex.cborHex.toLowerCase(), file);
    const output = bytesOf(sign.expectedOutput.cborHex);
    assert.equal(await isAccepted(output, publicKeyOf(key), external), tableAlgorithms.includes(alg), file);
  }
});

interface CertificateExample {
  readonly output: { readonly cbor: string };
}

/** The unprotected headers of the one signer of a COSE_Sign (tag 98), which carry the certificates there. */
function signerHeaders(message: Uint8Array): ReadonlyMap<unknown, CborValue> {
  const item = decodeCbor(message, { tags: [98], anyKeyOrder: true });
  assert.ok(item instanceof Tagged);
  const [signer] = asArray(asArray(item.value, 4)[3], 1);
  return asMap(asArray(signer, 3)[1]);
}

test("COSE working group: certificate headers", { skip: absent(workingGroup) }, () => {
  const [single, several, hashed] = ["03", "04", "05"].map((number) =>
    signerHeaders(
      bytesOf(
        (readJsonVector(`${workingGroup}/x509-examples/signed-${number}.json`) as CertificateExample).output.cbor,
      ),
    ),
  );
  const [alice] = parseX5chain(single?.get(headerLabels.x5chain));
  assert.ok(alice);
  const chain = parseX5chain(several?.get(headerLabels.x5chain));
  assert.equal(chain.length, 2);
  assert.deepEqual(chain[0], alice);
  for (const certificate of chain) assert.deepEqual(parseCertificate(certificate).der, certificate);
  assert.deepEqual(parseX5t(hashed?.get(headerLabels.x5t)), nodeHash.sha256(alice));
});

const postQuantum = "pqc/jose-cose";

test("ML-DSA: COSE_Key and COSE_Sign1 of two implementations", { skip: absent(postQuantum) }, async () => {
  let verified = 0;
  for (const implementation of ["pqc-jose-cose-noble-ref", "pqc-jose-cose-py-ref"])
    for (const name of ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"]) {
      const file = (kind: string) => readVector(`${postQuantum}/${implementation}/${name}_${kind}.cbor`);
      const publicKey = parseCoseKey(file("cose_key_pub"));
      const sign1 = parseSign1(file("cose_sign1"));
      await verifySign1(sign1, publicKey, nodeSignatureVerifier);
      assert.throws(() => parseCoseKey(file("cose_key_priv")), { code: "NAT_COSE_KEY" });
      assert.equal(asBytes(sign1.payload).length, 32);
      verified++;
    }
  assert.equal(verified, 6);
});
