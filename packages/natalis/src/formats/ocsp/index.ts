// SPDX-License-Identifier: Apache-2.0
// OCSP: requests and responses (RFC 6960, RFC 9654).

export { type CertificateId, certificateId, encodeCertificateId, isIdOf } from "./certificate-id.ts";
export { ocspFormatErrors } from "./errors.ts";
export { encodeOcspRequest, type OcspRequestFields } from "./request.ts";
export { maxOcspResponseBytes, type OcspResponse, parseOcspResponse, type ResponderId } from "./response.ts";
export type { CrlReference, OcspStatus, SingleResponse } from "./single-response.ts";
