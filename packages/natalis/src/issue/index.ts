// SPDX-License-Identifier: Apache-2.0
// Issuing: profiles, certificates of devices and authorities, revocation lists. Preparing gives a single-use token,
// and only a token can be signed.

export { type AdmissionRule, isExpected } from "./admission-rule.ts";
export { type Authority, type AuthorityInput, openAuthority } from "./authority.ts";
export {
  type AuthorityName,
  checkIssuingCertificate,
  checkRootCertificate,
  type IssuingCertificateInput,
  prepareIssuingCertificate,
  prepareRootCertificate,
  type RootCertificateInput,
} from "./authority-certificate.ts";
export { type BirthCertificateFacts, type BirthCertificateInput, deviceUri } from "./birth-certificate.ts";
export { buildCertificateList, type CertificateListInput } from "./certificate-list.ts";
export { encodeProfile } from "./encode-profile.ts";
export { issueErrors } from "./errors.ts";
export { certificateRules, type CertificateKind, type LintRule } from "./lint/index.ts";
export { caIssuersUrl, checkBaseUrl, crlUrl } from "./locations.ts";
export { prepareCertificate } from "./prepare.ts";
export { type PreparedCertificate, signPrepared } from "./prepared.ts";
export { type AcceptedEvidence, type Profile, parseProfile } from "./profile.ts";
export { isSerial, newSerial, serialLength, shardCount, shardOf } from "./serial.ts";
export {
  prepareServerCertificate,
  prepareVerdictCertificate,
  type ServerCertificateInput,
  type ServiceCertificateInput,
} from "./service-certificate.ts";
export { prepareStationCertificate, type StationCertificateInput } from "./station-certificate.ts";
export { isNameText, isSerialText, maximumTextLength } from "./text.ts";
export { noExpiry } from "./validity.ts";
