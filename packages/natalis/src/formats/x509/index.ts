// SPDX-License-Identifier: Apache-2.0
// X.509: certificates, certification requests, revocation lists, and a codec for each extension that we know.

export * from "./arc.ts";
export * from "./attestation-bundle.ts";
export * from "./authority-info-access.ts";
export * from "./basic-constraints.ts";
export * from "./birth-extension.ts";
export * from "./certificate.ts";
export * from "./certificate-list.ts";
export * from "./certificate-policies.ts";
export * from "./certification-request.ts";
export * from "./csr-attributes.ts";
export * from "./distribution-points.ts";
export { x509Errors } from "./errors.ts";
export { encodeExtensions, type Extension, findExtension } from "./extension.ts";
export { encodeGeneralName, encodeGeneralNames, type GeneralName, urisOf } from "./general-name.ts";
export * from "./host-name.ts";
export * from "./key-identifiers.ts";
export * from "./key-usage.ts";
export * from "./mailbox.ts";
export * from "./mud-url.ts";
export {
  attributeValues,
  encodeName,
  type Name,
  type NameAttribute,
  type NameAttributeInput,
  parseName,
} from "./name.ts";
export { formatName } from "./name-text.ts";
export * from "./name-comparison.ts";
export * from "./name-constraints.ts";
export { oids } from "./object-identifiers.ts";
export * from "./permanent-identifier.ts";
export * from "./policy-constraints.ts";
export * from "./policy-mappings.ts";
export type { RequestAttribute } from "./request-attribute.ts";
export * from "./request-template.ts";
export {
  crlReasons,
  type RevokedCertificate,
  type RevokedCertificateFields,
} from "./revoked-certificate.ts";
export type { RevokedEntries } from "./revoked-entries.ts";
export { assembleSigned } from "./signed.ts";
export * from "./station-extension.ts";
export * from "./subject-alt-name.ts";
export { type CertificateTolerance, tpmCertificateTolerance } from "./tolerance.ts";
