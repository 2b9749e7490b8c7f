// SPDX-License-Identifier: Apache-2.0
// Status of certificates: whether revocation lists and OCSP responses say that one is revoked.

export { type CertificateStatus, certificateStatus } from "./certificate-status.ts";
export { statusErrors } from "./errors.ts";
export { type PathStatusRequest, pathStatus, requireStatus } from "./path-status.ts";
export type { StatusBudget, RevocationPolicy, StatusQuestion, StatusRequest } from "./question.ts";
