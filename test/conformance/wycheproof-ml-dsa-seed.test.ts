// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof's ML-DSA signing vectors: their signatures verify, and their seeds are imported as RFC 9881 has them and
// have the public key that they say. OpenSSL signs with fresh randomness (FIPS 204's default), so what it signs is
// verified instead of compared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier, signerFromPkcs8 } from "@natalis/node";
import { algorithms, encodeInteger, encodeOctetString, encodeSequence, publicKeyInfo } from "natalis/formats";
import { fromHex, type SignatureAlgorithm } from "natalis/kernel";
import { testSuite, webPorts } from "./suite-runner.ts";
import { wycheproofSeeds } from "./suites/wycheproof-seeds.ts";
import { absent, readJsonVector } from "./vectors.ts";

interface Vector {
  readonly tcId: number;
  readonly flags: readonly string[];
  /** Absent where the vector begins within the algorithm, after the message was hashed. */
  readonly msg?: string;
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

testSuite(wycheproofSeeds, "OpenSSL");
testSuite(wycheproofSeeds, "Node's WebCrypto", webPorts);

for (const algorithm of [algorithms["ML-DSA-44"], algorithms["ML-DSA-65"]])
  test(`${algorithm.name}: seeds, their public keys, and what they sign`, { skip: absent(folder) }, () => {
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
      for (const vector of tests) requireSigning(signer, vector);
    }
    assert.equal(answered, file.numberOfTests);
  });

function requireSigning(signer: ReturnType<typeof signerFromPkcs8>, { tcId, msg }: Vector): void {
  if (msg === undefined) return;
  const { algorithm, publicKey } = signer;
  const data = fromHex(msg);
  assert.ok(nodeSignatureVerifier.verify(algorithm, publicKey, data, signer.sign(data)), `vector ${tcId}`);
}
