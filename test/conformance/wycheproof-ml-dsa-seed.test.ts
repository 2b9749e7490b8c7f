// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof's ML-DSA signing vectors: their seeds are imported as RFC 9881 has them, and have the public key that
// they say; their signatures verify under it. OpenSSL signs with fresh randomness (FIPS 204's default), so what it signs
// is verified instead of compared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier, signerFromPkcs8 } from "@natalis/node";
import { algorithms, encodeInteger, encodeOctetString, encodeSequence, publicKeyInfo } from "natalis/formats";
import { fromHex, type SignatureAlgorithm } from "natalis/kernel";
import { absent, readJsonVector } from "./vectors.ts";

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  /** Absent where the vector begins within the algorithm, after the message was hashed. */
  readonly msg?: string;
  readonly ctx?: string;
  readonly sig: string;
  readonly result: "valid" | "invalid";
}

interface VectorFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly privateSeed: string;
    readonly privateKeyPkcs8?: string | null;
    readonly publicKey: string | null;
    readonly tests: readonly Vector[];
  }[];
}

const folder = "wycheproof";

/** PKCS#8 with the seed alone (RFC 9881 section 6): [0] IMPLICIT OCTET STRING. */
function seedKey({ signatureIdentifier }: SignatureAlgorithm, seed: Uint8Array): Uint8Array {
  const choice = encodeOctetString(seed, 0x80);
  return encodeSequence(encodeInteger(0), signatureIdentifier, encodeOctetString(choice));
}

for (const algorithm of [algorithms["ML-DSA-44"], algorithms["ML-DSA-65"]])
  test(`${algorithm.name}: seeds, their public keys and signatures`, { skip: absent(folder) }, () => {
    const level = algorithm.name.slice(-2);
    const file = readJsonVector(`${folder}/mldsa_${level}_sign_seed_test.json`) as VectorFile;
    let answered = 0;
    for (const { privateSeed, privateKeyPkcs8, publicKey, tests } of file.testGroups) {
      const pkcs8 = seedKey(algorithm, fromHex(privateSeed));
      if (privateKeyPkcs8) assert.deepEqual(pkcs8, fromHex(privateKeyPkcs8));
      answered += tests.length;
      if (tests.every(({ flags }) => flags.includes("IncorrectPrivateKeyLength"))) {
        assert.throws(() => signerFromPkcs8(pkcs8), { code: "NAT_KEY_IMPORT" });
        continue;
      }
      const signer = signerFromPkcs8(pkcs8);
      assert.deepEqual(signer.publicKey, publicKeyInfo(algorithm, fromHex(publicKey ?? "")));
      for (const vector of tests) judge(signer, vector);
    }
    assert.equal(answered, file.numberOfTests);
  });

/** We sign and verify with the empty context alone (RFC 9881 section 3). */
function judge(signer: ReturnType<typeof signerFromPkcs8>, { tcId, msg, ctx = "", sig, result }: Vector): void {
  if (msg === undefined) return;
  const [data, signature] = [fromHex(msg), fromHex(sig)];
  const holds = (bytes: Uint8Array) => nodeSignatureVerifier.verify(signer.algorithm, signer.publicKey, data, bytes);
  assert.equal(holds(signature), result === "valid" && ctx === "", `vector ${tcId}`);
  assert.ok(holds(signer.sign(data)), `vector ${tcId}, signed anew`);
}
