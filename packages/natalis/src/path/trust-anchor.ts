// SPDX-License-Identifier: Apache-2.0
// Trust anchors (RFC 5280 6.1.1 d): an authority that is trusted because the caller says so. Constraints bind what
// stands below it: those in its own certificate, and those that the caller adds (CertPathControls of RFC 5914, used as
// RFC 5937 section 4 says). Both narrow; neither can widen the other.

import type { Certificate, NameConstraints } from "../formats/index.ts";

export interface AnchorConstraints {
  /** Most intermediate certificates below it that are not self-issued. */
  readonly pathLength?: number | undefined;
  readonly nameConstraints?: NameConstraints | undefined;
  /** The only policies that it is trusted for, OIDs. */
  readonly policySet?: readonly string[] | undefined;
  readonly requireExplicitPolicy?: boolean | undefined;
  readonly inhibitPolicyMapping?: boolean | undefined;
  readonly inhibitAnyPolicy?: boolean | undefined;
}

export interface ConstrainedAnchor {
  readonly certificate: Certificate;
  readonly constraints: AnchorConstraints;
}

export type TrustAnchor = Certificate | ConstrainedAnchor;

export function certificateOf(anchor: TrustAnchor): Certificate {
  return "constraints" in anchor ? anchor.certificate : anchor;
}

const unconstrained: AnchorConstraints = {};

export function constraintsOf(anchor: TrustAnchor): AnchorConstraints {
  return "constraints" in anchor ? anchor.constraints : unconstrained;
}
