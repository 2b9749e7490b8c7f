// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof signature vectors on both verifiers, OpenSSL's and WebCrypto's: every invalid one refused, every valid
// one accepted, and what stands between decided here by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { algorithms, signatureFromCose } from "natalis/formats";
import { fromHex, isNatalisError, type SignatureAlgorithm, type SignatureVerifier } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { absent, readJsonVector } from "./vectors.ts";

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly msg: string;
  readonly sig: string;
  /** ML-DSA context string, in hexadecimal. */
  readonly ctx?: string;
  readonly result: "valid" | "invalid" | "acceptable";
}

interface VectorFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly publicKeyDer: string; readonly tests: readonly Vector[] }[];
}

interface Suite {
  readonly file: string;
  readonly algorithm: SignatureAlgorithm;
  /** Signatures are r and s joined, as COSE carries them. */
  readonly joined?: boolean;
}

const folder = "wycheproof";
const suites: readonly Suite[] = [
  { file: "ecdsa_secp256r1_sha256_test", algorithm: algorithms.ES256 },
  { file: "ecdsa_secp384r1_sha384_test", algorithm: algorithms.ES384 },
  { file: "ecdsa_secp256r1_sha256_p1363_test", algorithm: algorithms.ES256, joined: true },
  { file: "ecdsa_secp384r1_sha384_p1363_test", algorithm: algorithms.ES384, joined: true },
  { file: "ed25519_test", algorithm: algorithms.EdDSA },
  { file: "mldsa_44_verify_test", algorithm: algorithms["ML-DSA-44"] },
  { file: "mldsa_65_verify_test", algorithm: algorithms["ML-DSA-65"] },
  { file: "mldsa_87_verify_test", algorithm: algorithms["ML-DSA-87"] },
];

/** By flag of a vector that the suite leaves open: none of these files has one today, and a new one must be decided. */
const acceptableDecisions: ReadonlyMap<string, boolean> = new Map();

/** What we must answer. We verify with the empty context (RFC 9881 section 3), so another context is another message. */
function expected({ tcId, flags, ctx, result }: Vector): boolean {
  if (ctx !== undefined && ctx !== "") return false;
  if (result !== "acceptable") return result === "valid";
  const decision = flags.map((flag) => acceptableDecisions.get(flag)).find((decided) => decided !== undefined);
  assert.ok(decision !== undefined, `vector ${tcId} is acceptable and undecided: ${flags.join()}`);
  return decision;
}

async function answer(verifier: SignatureVerifier, suite: Suite, key: string, { msg, sig }: Vector): Promise<boolean> {
  try {
    const { algorithm } = suite;
    const signature = suite.joined ? signatureFromCose(algorithm, fromHex(sig)) : fromHex(sig);
    return await verifier.verify(algorithm, fromHex(key), fromHex(msg), signature);
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_SIGNATURE")) return false;
    throw error;
  }
}

for (const suite of suites)
  for (const [name, verifier] of [
    ["OpenSSL", nodeSignatureVerifier],
    ["WebCrypto", webSignatureVerifier],
  ] as const)
    test(`${suite.file} on ${name}`, { skip: absent(folder) }, async () => {
      const file = readJsonVector(`${folder}/${suite.file}.json`) as VectorFile;
      let answered = 0;
      for (const { publicKeyDer, tests } of file.testGroups)
        for (const vector of tests) {
          const valid = await answer(verifier, suite, publicKeyDer, vector);
          assert.equal(valid, expected(vector), `vector ${vector.tcId}: ${vector.comment} (${vector.flags.join()})`);
          answered++;
        }
      assert.equal(answered, file.numberOfTests);
    });
