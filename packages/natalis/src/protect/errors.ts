// SPDX-License-Identifier: Apache-2.0
// What evidence is refused for.

import { errorFactory, isNatalisError } from "../kernel/index.ts";

export const evidenceErrors = {
  NAT_EVIDENCE_MALFORMED: "The evidence is not a statement of its format.",
  NAT_EVIDENCE_ROOT: "No path leads from the evidence's certificate to a root that counts for its format.",
  NAT_EVIDENCE_CHAIN:
    "A certificate of the evidence does not hold, or is not one of the kind that the format requires.",
  NAT_EVIDENCE_REVOKED: "A certificate of the evidence is revoked.",
  NAT_EVIDENCE_SIGNATURE: "The evidence's signature does not verify under the key that must have made it.",
  NAT_EVIDENCE_KEY: "The evidence is about another key, or by another one than was asked for.",
  NAT_EVIDENCE_NONCE: "The evidence is not bound to this nonce, key and unit: it is stale, or of another birth.",
  NAT_EVIDENCE_ATTRIBUTES: "The hardware does not state of a key what makes it a key that cannot leave.",
} as const;

export const evidenceError = errorFactory(evidenceErrors);

/** What `read` refuses, with a catalogue error of any room beneath, is malformed evidence. @throws NAT_EVIDENCE_MALFORMED */
export function readingEvidence<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code.startsWith("NAT_EVIDENCE_")) throw cause;
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${what}: ${cause.message}`, cause);
  }
}
