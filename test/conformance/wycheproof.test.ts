// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof signature vectors on both verifiers, OpenSSL's and WebCrypto's: every invalid one refused, every valid
// one accepted, and what stands between decided here by name.

import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { algorithms, signatureFromCose, signatureSchemeFor } from "natalis/formats";
import { fromHex, isNatalisError, type SignatureScheme, type SignatureVerifier, toHex } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { absent, readJsonVector, vectorFiles } from "./vectors.ts";

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
  /** DER AlgorithmIdentifier of signatures, in hexadecimal. */
  readonly identifier: string;
  /** Signatures are r and s joined, as COSE carries them. */
  readonly joined?: typeof algorithms.ES256;
}

const folder = "wycheproof";
const { ES256, ES384, EdDSA } = algorithms;
const identifierOf = (algorithm: typeof ES256) => toHex(algorithm.signatureIdentifier);
const sha256WithRsa = "300d06092a864886f70d01010b0500";
const sha256 = "300d06096086480165030402010500";
const pssWithSha256 = `304106092a864886f70d01010a3034a00f${sha256}a11c301a06092a864886f70d010108${sha256}a203020120`;
const suites: readonly Suite[] = [
  { file: "ecdsa_secp256r1_sha256_test", identifier: identifierOf(ES256) },
  { file: "ecdsa_secp384r1_sha384_test", identifier: identifierOf(ES384) },
  { file: "ecdsa_secp256r1_sha256_p1363_test", identifier: identifierOf(ES256), joined: ES256 },
  { file: "ecdsa_secp384r1_sha384_p1363_test", identifier: identifierOf(ES384), joined: ES384 },
  { file: "ed25519_test", identifier: identifierOf(EdDSA) },
  { file: "ed448_test", identifier: "300506032b6571" },
  { file: "rsa_signature_2048_sha256_test", identifier: sha256WithRsa },
  { file: "rsa_signature_3072_sha256_test", identifier: sha256WithRsa },
  { file: "rsa_pss_2048_sha256_mgf1_32_test", identifier: pssWithSha256 },
  { file: "mldsa_44_verify_test", identifier: identifierOf(algorithms["ML-DSA-44"]) },
  { file: "mldsa_65_verify_test", identifier: identifierOf(algorithms["ML-DSA-65"]) },
  { file: "mldsa_87_verify_test", identifier: identifierOf(algorithms["ML-DSA-87"]) },
];

/** Files that other tests of this folder answer for. */
const elsewhere = [
  "mldsa_44_sign_seed_test",
  "mldsa_65_sign_seed_test",
  "json_web_signature_test",
  "json_web_key_test",
];

/** By flag of a vector that the suite leaves open. */
const acceptableDecisions: ReadonlyMap<string, boolean> = new Map([
  // DigestInfo without NULL, which RFC 8017 B.1 (exception) says it has.
  ["MissingNull", false],
]);

/** What we must answer. We verify with the empty context (RFC 9881 section 3), so another context is another message. */
function expected({ tcId, flags, ctx, result }: Vector): boolean {
  if (ctx !== undefined && ctx !== "") return false;
  if (result !== "acceptable") return result === "valid";
  const decision = flags.map((flag) => acceptableDecisions.get(flag)).find((decided) => decided !== undefined);
  assert.ok(decision !== undefined, `vector ${tcId} is acceptable and undecided: ${flags.join()}`);
  return decision;
}

async function answer(verifier: SignatureVerifier, suite: Suite, key: Uint8Array, { msg, sig }: Vector) {
  try {
    const scheme = signatureSchemeFor(fromHex(suite.identifier), key) as SignatureScheme;
    const signature = suite.joined ? signatureFromCose(suite.joined, fromHex(sig)) : fromHex(sig);
    return await verifier.verify(scheme, key, fromHex(msg), signature);
  } catch (error) {
    if (isNatalisError(error) && error.code.startsWith("NAT_ALGORITHM_")) return false;
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
          const valid = await answer(verifier, suite, fromHex(publicKeyDer), vector);
          assert.equal(valid, expected(vector), `vector ${vector.tcId}: ${vector.comment} (${vector.flags.join()})`);
          answered++;
        }
      assert.equal(answered, file.numberOfTests);
    });

test("every file is answered for", { skip: absent(folder) }, () => {
  const files = vectorFiles(folder, /\.json$/).map((file) => basename(file, ".json"));
  assert.deepEqual([...suites.map(({ file }) => file), ...elsewhere].toSorted(), files);
});
