// SPDX-License-Identifier: Apache-2.0
// Certificates and revocation lists are verified alike. The issuer's key decides which algorithm it may be: one
// algorithm a key, so that no weaker combination can be talked into being.

import { algorithmOfPublicKey, algorithmOfSignatureIdentifier, type Certificate } from "../formats/index.ts";
import type { SignatureVerifier } from "../kernel/index.ts";

/** The parts that certificates and revocation lists share. */
export type SignedStructure = Pick<Certificate, "tbs" | "signatureIdentifier" | "signature">;

/**
 * What is wrong with the signature, or undefined if it verifies.
 * @throws NAT_ALGORITHM_UNKNOWN for keys and signatures outside the algorithm table
 */
export async function signatureFault(
  { tbs, signatureIdentifier, signature }: SignedStructure,
  issuer: Certificate,
  verifier: SignatureVerifier,
): Promise<"algorithm" | "signature" | undefined> {
  const algorithm = algorithmOfPublicKey(issuer.publicKey);
  if (algorithmOfSignatureIdentifier(signatureIdentifier) !== algorithm) return "algorithm";
  return (await verifier.verify(algorithm, issuer.publicKey, tbs, signature)) ? undefined : "signature";
}
