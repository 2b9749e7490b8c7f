// SPDX-License-Identifier: Apache-2.0
// The birth key signs the binding value: whoever made the statement had the key, for this nonce and these facts
// (DESIGN 5). One scheme for each kind of key, so that nothing in the statement chooses it.

import { algorithms, readKeyFacts, signatureSchemeFor } from "../../formats/index.ts";
import { fromHex, type KeyKind, type SignatureScheme } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import { bindingValue, type EvidenceBinding, type EvidenceContext } from "../evidence.ts";

/** ecdsa-with-SHA512, sha256WithRSAEncryption, id-Ed448; the others are those that Natalis signs with. */
const foreignIdentifiers: Readonly<Partial<Record<KeyKind, string>>> = {
  "P-521": "300a06082a8648ce3d040304",
  RSA: "300d06092a864886f70d01010b0500",
  Ed448: "300506032b6571",
};

/** The scheme of signatures by a birth key. @throws NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY */
export function freshSignatureScheme(publicKey: Uint8Array): SignatureScheme | undefined {
  const { kind } = readKeyFacts(publicKey);
  const own = Object.values(algorithms).find(({ key }) => key === kind);
  return own ?? signatureSchemeFor(fromHex(foreignIdentifiers[kind] ?? ""), publicKey);
}

/** Nothing is asked where no nonce was given: custody is 1 at most then. @throws NAT_EVIDENCE_FRESHNESS */
export async function requireFreshSignature(
  signature: Uint8Array | undefined,
  binding: EvidenceBinding,
  { hash, verifier }: Pick<EvidenceContext, "hash" | "verifier">,
): Promise<void> {
  const value = bindingValue(binding, hash);
  if (value === undefined) return;
  if (signature === undefined) throw evidenceError("NAT_EVIDENCE_FRESHNESS", "no signature of the birth key");
  const scheme = freshSignatureScheme(binding.publicKey);
  if (scheme === undefined || !(await verifier.verify(scheme, binding.publicKey, value, signature)))
    throw evidenceError("NAT_EVIDENCE_FRESHNESS", "the birth key did not sign nonce, key and facts of this birth");
}
