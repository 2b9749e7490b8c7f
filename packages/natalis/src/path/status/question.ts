// SPDX-License-Identifier: Apache-2.0
// What the status of a certificate is asked with: the evidence, who may have signed it, and how it is to be judged.

import type { Certificate, CertificateList, OcspResponse } from "../../formats/index.ts";
import type { SignatureVerifier } from "../../kernel/index.ts";
import type { SignatureBudget } from "../paid-signature.ts";
import type { Strength } from "../signature-fault.ts";

export interface RevocationPolicy {
  /**
   * What to do with a certificate of which nothing current says whether it is revoked: refuse it; accept it where no
   * evidence was given that claims to speak of it; accept it.
   */
  readonly unknown: "refuse" | "acceptAbsent" | "accept";
  /** Seconds by which the clocks of whoever signs and whoever verifies may differ. */
  readonly clockSkew: number;
  /** Seconds for which evidence counts from its thisUpdate; absent: as its nextUpdate says. */
  readonly maxAge?: number | undefined;
}

/** Evidence of status, from anyone: nothing of it counts that is not signed by whom the issuer lets. */
export interface StatusRequest {
  readonly lists: readonly CertificateList[];
  readonly responses: readonly OcspResponse[];
  readonly policy: RevocationPolicy;
}

/** Where signature checks and the search for signers are paid; a `PathBudget` is one. @throws NAT_PATH_BUDGET when nothing is left */
export interface StatusBudget extends SignatureBudget {
  spend(kind: "signatures" | "names" | "paths", amount: number): void;
}

export interface StatusQuestion {
  /** The certificate in question. */
  readonly certificate: Certificate;
  /** The certificate above it in its verified path. */
  readonly issuer: Certificate;
  readonly evidence: StatusRequest;
  /** Certificates, from anywhere, whose keys may have signed lists and responses. */
  readonly candidates: readonly Certificate[];
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly budget: StatusBudget;
  /** By default "current". */
  readonly strength?: Strength | undefined;
  /**
   * Whether a path leads from a signer, which is not the issuer given, to the same trust anchor; with `checkStatus`,
   * that nothing in it is revoked. Guarding against circles is the caller's part, and one that is found is refused.
   * @throws whatever is wrong with it
   */
  readonly validateSigner: (signer: Certificate, checkStatus: boolean) => Promise<void>;
}
