// SPDX-License-Identifier: Apache-2.0
// C2SP Wycheproof signature vectors: every invalid one refused, every valid one accepted, and what stands between decided
// here by name.

import { algorithms, signatureFromCose, signatureSchemeFor } from "natalis/formats";
import { fromHex, isNatalisError, type SignatureAlgorithm, type SignatureScheme, toHex } from "natalis/kernel";
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
  /** DER AlgorithmIdentifier of signatures, in hexadecimal. */
  readonly identifier: string;
  /** Signatures are r and s joined, as COSE carries them. */
  readonly joined?: SignatureAlgorithm;
}

const folder = "wycheproof";
const { ES256, ES384, EdDSA } = algorithms;
const of = ({ signatureIdentifier }: SignatureAlgorithm): Judged => ({ identifier: toHex(signatureIdentifier) });
const sha256WithRsa = "300d06092a864886f70d01010b0500";
const sha256 = "300d06096086480165030402010500";
const pssWithSha256 = `304106092a864886f70d01010a3034a00f${sha256}a11c301a06092a864886f70d010108${sha256}a203020120`;

/** By file, without "_test.json". */
const judged: Readonly<Record<string, Judged>> = {
  ecdsa_secp256r1_sha256: of(ES256),
  ecdsa_secp384r1_sha384: of(ES384),
  ecdsa_secp256r1_sha256_p1363: { ...of(ES256), joined: ES256 },
  ecdsa_secp384r1_sha384_p1363: { ...of(ES384), joined: ES384 },
  ed25519: of(EdDSA),
  ed448: { identifier: "300506032b6571" },
  rsa_signature_2048_sha256: { identifier: sha256WithRsa },
  rsa_signature_3072_sha256: { identifier: sha256WithRsa },
  rsa_pss_2048_sha256_mgf1_32: { identifier: pssWithSha256 },
  mldsa_44_verify: of(algorithms["ML-DSA-44"]),
  mldsa_65_verify: of(algorithms["ML-DSA-65"]),
  mldsa_87_verify: of(algorithms["ML-DSA-87"]),
};

/** By flag of a vector that the suite leaves open. */
const acceptableDecisions: ReadonlyMap<string, boolean> = new Map([
  // DigestInfo without NULL, which RFC 8017 B.1 (exception) says it has.
  ["MissingNull", false],
]);

export const wycheproof: ConformanceSuite = {
  name: "Wycheproof signatures",
  sources: [{ folder, pattern: /^(?:ecdsa_|ed25519_|ed448_|rsa_|mldsa_\d\d_verify_)/ }],
  count: 3025,
  cases: (files: VectorFiles) =>
    jsonVectors(files, folder).flatMap(({ file, content }) => {
      const topic = file.replace(/_test\.json$/, "");
      return (content as VectorFile).testGroups.flatMap(({ publicKeyDer, tests }) =>
        tests.map((one) => caseOf(topic, fromHex(publicKeyDer), one)),
      );
    }),
};

function caseOf(topic: string, publicKey: Uint8Array, vector: Vector): SuiteCase {
  const { tcId, comment, flags } = vector;
  return {
    name: `${topic} ${tcId}: ${comment} (${flags.join()})`,
    topic,
    expected: expectedOf(vector),
    run: (ports) => answer(judged[topic] as Judged, publicKey, vector, ports),
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
  { identifier, joined }: Judged,
  publicKey: Uint8Array,
  { msg, sig }: Vector,
  { verifier }: SuitePorts,
): Promise<string> {
  try {
    const scheme = signatureSchemeFor(fromHex(identifier), publicKey) as SignatureScheme;
    const signature = joined === undefined ? fromHex(sig) : signatureFromCose(joined, fromHex(sig));
    return String(await verifier.verify(scheme, publicKey, fromHex(msg), signature));
  } catch (error) {
    if (isNatalisError(error) && error.code.startsWith("NAT_ALGORITHM_")) return "false";
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}
