// SPDX-License-Identifier: Apache-2.0
// All rules over certificates to be signed, in the order of the certificate's fields.

import { authorityInfoAccess } from "./authority-info-access.ts";
import { authorityKeyIdentifier } from "./authority-key-identifier.ts";
import { basicConstraints } from "./basic-constraints.ts";
import { birthExtension } from "./birth-extension.ts";
import { birthNames } from "./birth-names.ts";
import { birthSubject } from "./birth-subject.ts";
import { certificatePolicies } from "./certificate-policies.ts";
import { crlDistributionPoints } from "./crl-distribution-points.ts";
import { extendedKeyUsage } from "./extended-key-usage.ts";
import { issuerName } from "./issuer-name.ts";
import { keyUsage } from "./key-usage.ts";
import { knownExtensions } from "./known-extensions.ts";
import { mudUrl } from "./mud-url.ts";
import { nameConstraints } from "./name-constraints.ts";
import { publicKey } from "./public-key.ts";
import type { CertificateKind, LintCheck, LintRule } from "./rule.ts";
import { serialNumber } from "./serial-number.ts";
import { serverNames } from "./server-names.ts";
import { station } from "./station.ts";
import { signatureAlgorithm } from "./signature-algorithm.ts";
import { subjectKeyIdentifier } from "./subject-key-identifier.ts";
import { subjectName } from "./subject-name.ts";
import { validity } from "./validity.ts";

export { lint } from "./lint.ts";
export type { CertificateKind, LintCheck, LintRule } from "./rule.ts";
export { type LintContext, LintSubject, layoutOf, type TbsLayout } from "./subject.ts";

export const certificateRules: readonly LintRule[] = [
  serialNumber,
  signatureAlgorithm,
  issuerName,
  validity,
  subjectName,
  birthSubject,
  publicKey,
  knownExtensions,
  authorityKeyIdentifier,
  crlDistributionPoints,
  authorityInfoAccess,
  subjectKeyIdentifier,
  keyUsage,
  basicConstraints,
  extendedKeyUsage,
  birthNames,
  serverNames,
  certificatePolicies,
  nameConstraints,
  station,
  mudUrl,
  birthExtension,
];

/** The rules over certificates of one kind. */
export function rulesOf(kind: CertificateKind): readonly LintRule[] {
  return certificateRules.filter(({ kinds }) => kinds.includes(kind));
}

/** What each birth certificate is held against when its template has passed all rules. */
export const unitChecks: readonly LintCheck[] = rulesOf("birth").flatMap(({ id, citation, checkUnit: check }) =>
  check === undefined ? [] : [{ id, citation, check }],
);
