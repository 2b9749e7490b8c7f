// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof signature vectors: every invalid one refused, every valid one accepted, and what stands between decided
// here by name.

import { algorithms, signatureFromCose } from "natalis/formats";
import { fromHex, isNatalisError, type SignatureAlgorithm } from "natalis/kernel";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";
import { jsonVectors } from "./vector-text.ts";

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
  readonly testGroups: readonly { readonly publicKeyDer: string; readonly tests: readonly Vector[] }[];
}

interface Judged {
  readonly algorithm: SignatureAlgorithm;
  /** Signatures are r and s joined, as COSE carries them. */
  readonly joined?: true;
}

const folder = "wycheproof";
const judged: Readonly<Record<string, Judged>> = {
  "ecdsa_secp256r1_sha256_test.json": { algorithm: algorithms.ES256 },
  "ecdsa_secp384r1_sha384_test.json": { algorithm: algorithms.ES384 },
  "ecdsa_secp256r1_sha256_p1363_test.json": { algorithm: algorithms.ES256, joined: true },
  "ecdsa_secp384r1_sha384_p1363_test.json": { algorithm: algorithms.ES384, joined: true },
  "ed25519_test.json": { algorithm: algorithms.EdDSA },
  "mldsa_44_verify_test.json": { algorithm: algorithms["ML-DSA-44"] },
  "mldsa_65_verify_test.json": { algorithm: algorithms["ML-DSA-65"] },
  "mldsa_87_verify_test.json": { algorithm: algorithms["ML-DSA-87"] },
};

/** By flag of a vector that the suite leaves open: none of these files has one today, and a new one must be decided. */
const acceptableDecisions: ReadonlyMap<string, boolean> = new Map();

export const wycheproof: ConformanceSuite = {
  name: "Wycheproof signatures",
  sources: [{ folder, pattern: /^(?:ecdsa_|ed25519_|mldsa_\d\d_verify_)/ }],
  count: 2312,
  cases: (files: VectorFiles) =>
    jsonVectors(files, folder).flatMap(({ file, content }) =>
      (content as VectorFile).testGroups.flatMap(({ publicKeyDer, tests }) =>
        tests.map((one) => caseOf(file, fromHex(publicKeyDer), one)),
      ),
    ),
};

function caseOf(file: string, publicKey: Uint8Array, vector: Vector): SuiteCase {
  const { tcId, comment, flags } = vector;
  return {
    name: `${file} ${tcId}: ${comment} (${flags.join()})`,
    topic: file,
    expected: expectedOf(vector),
    run: (ports) => answer(judged[file] as Judged, publicKey, vector, ports),
  };
}

/** What we must answer. We verify with the empty context (RFC 9881 section 3), so another context is another message. */
function expectedOf({ flags, ctx, result }: Vector): string {
  if (ctx !== undefined && ctx !== "") return "false";
  if (result !== "acceptable") return String(result === "valid");
  const decision = flags.map((flag) => acceptableDecisions.get(flag)).find((decided) => decided !== undefined);
  return decision === undefined ? `undecided: ${flags.join()}` : String(decision);
}

async function answer(
  { algorithm, joined }: Judged,
  publicKey: Uint8Array,
  { msg, sig }: Vector,
  { verifier }: SuitePorts,
): Promise<string> {
  try {
    const signature = joined ? signatureFromCose(algorithm, fromHex(sig)) : fromHex(sig);
    return String(await verifier.verify(algorithm, publicKey, fromHex(msg), signature));
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_SIGNATURE")) return "false";
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}
