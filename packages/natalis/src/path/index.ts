// SPDX-License-Identifier: Apache-2.0
// Certification paths: built, validated, and the status of their certificates asked of lists and responses.

export { defaultPathLimits, PathBudget, type PathLimits } from "./budget.ts";
export { crlErrors, pathErrors } from "./errors.ts";
export { type CertificateNames, readCertificateNames } from "./names/certificate-names.ts";
export type { ExpectedName } from "./names/expected-name.ts";
export { requireNames } from "./names/require-names.ts";
export { certificateAtFault } from "./fault.ts";
export type { PolicyInputs } from "./policies/policy-inputs.ts";
export type { Strength } from "./signature-fault.ts";
export type { AnchorConstraints, ConstrainedAnchor, TrustAnchor } from "./trust-anchor.ts";
export { ocspErrors } from "./ocsp/errors.ts";
export { requireNonce } from "./ocsp/nonce.ts";
export * from "./status/index.ts";
export type { StationRule } from "./steps/station.ts";
export { type PathRequest, validatePath } from "./validate-path.ts";
export { isVerifiedPath, type VerifiedPath } from "./verified-path.ts";
