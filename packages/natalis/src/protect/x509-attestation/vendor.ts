// SPDX-License-Identifier: Apache-2.0
// What a maker's certificate-shaped evidence is read by: one object a vendor, beside the one format that they share.

import type { ChainRules } from "../chain/chain-rules.ts";
import type { Certificate } from "../../formats/index.ts";
import type { Custody, EvidenceBinding, EvidenceContext, EvidenceFinding, HardwareIdentity } from "../evidence.ts";

/** A chain whose signatures hold, of the birth key, from a root that is configured. */
export interface AttestedChain {
  /** Leaf first; the root may be left out. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  /** Of the birth key over the binding value, where the statement has one. */
  readonly signature?: Uint8Array;
}

export interface Appraisal {
  /** At most 3: that hardware is certified is looked up elsewhere. */
  readonly custody: Custody;
  readonly hardware: HardwareIdentity;
  readonly details: EvidenceFinding["details"];
}

export interface AttestationVendor {
  readonly name: string;
  /** Extension of the leaf by which the vendor's evidence is known. */
  readonly extension: string;
  readonly rules: Omit<ChainRules, "format">;
  /** @throws NAT_EVIDENCE_ codes, and those of the codecs for what is malformed */
  appraise(attested: AttestedChain, binding: EvidenceBinding, context: EvidenceContext): Promise<Appraisal>;
}
