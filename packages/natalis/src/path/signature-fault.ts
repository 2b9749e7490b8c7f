// SPDX-License-Identifier: Apache-2.0
// Certificates, revocation lists and responses are verified alike. The issuer's key and the signature's identifier say
// the scheme together, so that neither alone can talk a weaker one into being.

import { type Certificate, readKeyFacts, signatureSchemeUnder } from "../formats/index.ts";
import type { SignatureVerifier } from "../kernel/index.ts";

/** The parts that certificates and revocation lists share. */
export type SignedStructure = Pick<Certificate, "tbs" | "signatureIdentifier" | "signature">;

/**
 * Whether SHA-1, RSA below 2048 bits and anchors that do not say that they are authorities are refused, or taken for
 * vendors' chains that are already in the field.
 */
export type Strength = "current" | "legacy";

/** An algorithm that is not of the key; one that is too weak, or such a key; a signature that does not verify. */
export type SignatureFault = "algorithm" | "weak" | "signature";

/**
 * What is wrong with the signature, or undefined if it verifies. What is weak is not verified at all.
 * @param issuerPublicKey DER SubjectPublicKeyInfo
 * @throws NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY for keys and signatures that are not verified here
 */
export async function signatureFault(
  { tbs, signatureIdentifier, signature }: SignedStructure,
  issuerPublicKey: Uint8Array,
  verifier: SignatureVerifier,
  strength: Strength,
): Promise<SignatureFault | undefined> {
  const key = readKeyFacts(issuerPublicKey);
  const scheme = signatureSchemeUnder(signatureIdentifier, key);
  if (scheme === undefined) return "algorithm";
  if (strength !== "legacy" && (scheme.legacy || key.weak)) return "weak";
  return (await verifier.verify(scheme, issuerPublicKey, tbs, signature)) ? undefined : "signature";
}
