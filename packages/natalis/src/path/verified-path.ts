// SPDX-License-Identifier: Apache-2.0
// The proof, as a type, that a certification path was validated. The room's index exports the type and not the class,
// and its private field keeps look-alikes out: whoever holds a VerifiedPath got it from validatePath.

import type { Certificate } from "../formats/index.ts";
import type { CertificateStatus } from "./status/certificate-status.ts";

export class VerifiedPath {
  readonly #validated = true;
  /** The validated certificate first, the trust anchor last. */
  readonly certificates: readonly [Certificate, Certificate, ...Certificate[]];
  /** The instant for which it was validated. */
  readonly at: Date;
  /** The extended key usage that was required of it, if one was. */
  readonly purpose: string | undefined;
  /** Policies valid for the whole path (RFC 5280 6.1.5 g); anyPolicy stands alone. */
  readonly policies: readonly string[];
  /** Of each certificate but the anchor, in their order, where the status was asked for. */
  readonly statuses: readonly CertificateStatus[] | undefined;
  /** Whether a station issued it: then it counts only with proof that it is registered. */
  readonly provisional: boolean;

  constructor(fields: Pick<VerifiedPath, "certificates" | "at" | "purpose" | "policies" | "statuses" | "provisional">) {
    this.certificates = fields.certificates;
    this.at = fields.at;
    this.purpose = fields.purpose;
    this.policies = fields.policies;
    this.statuses = fields.statuses;
    this.provisional = fields.provisional;
  }

  static isVerified(value: unknown): value is VerifiedPath {
    return typeof value === "object" && value !== null && #validated in value;
  }
}

/** Whether a value of unknown origin is one: for callers without a type checker. */
export function isVerifiedPath(value: unknown): value is VerifiedPath {
  return VerifiedPath.isVerified(value);
}
