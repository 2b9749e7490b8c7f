// SPDX-License-Identifier: Apache-2.0
// From what a format proved to what is found: the root's cap, and custody 1 at most for evidence that could have been
// made for another occasion (DESIGN 5).

import type { Hash } from "../kernel/index.ts";
import type { Custody, EvidenceBinding, EvidenceFinding, EvidenceRoot, HardwareIdentity } from "./evidence.ts";

export interface Proof {
  /** What the format proves at most. */
  readonly custody: Custody;
  readonly root: EvidenceRoot;
  readonly hardware?: HardwareIdentity | undefined;
  readonly details: EvidenceFinding["details"];
}

/** Custody of evidence that is not bound to our nonce. */
const declared: Custody = 1;

export function findingOf(proof: Proof, binding: EvidenceBinding, hash: Hash): EvidenceFinding {
  const { root, hardware, details } = proof;
  const fresh = binding.nonce === undefined ? declared : proof.custody;
  return {
    custody: Math.min(proof.custody, root.cap, fresh) as Custody,
    root: { name: root.name, hash: hash.sha256(root.certificate.der), capLifted: root.capLifted === true },
    ...(hardware === undefined ? {} : { hardware }),
    details,
  };
}
