// SPDX-License-Identifier: Apache-2.0
// What one authentic list says of one certificate, taken by itself.

import {
  type Certificate,
  type CertificateList,
  crlReasons,
  type RevokedCertificate,
  sameName,
} from "../../formats/index.ts";
import { isNamedIn } from "../status/names.ts";
import type { Revoked } from "../status/testimony.ts";
import type { ListFacts } from "./list-facts.ts";
import type { ListScope } from "./scope.ts";

export interface Statement extends ListFacts, ListScope {
  readonly signer: Certificate;
  /** The gravest entry that names the certificate. */
  readonly entry: RevokedCertificate | undefined;
}

/** The gravest entry, should the list name the certificate more than once. */
export function entryOf(list: CertificateList, certificate: Certificate): RevokedCertificate | undefined {
  const entries = list.entries.find(certificate.serialNumber).filter((entry) => isOf(entry, list, certificate));
  return entries.find(isFinal) ?? entries.find(isHold) ?? entries[0];
}

export function isFinal(entry: RevokedCertificate | undefined): entry is RevokedCertificate {
  const { certificateHold, removeFromCRL } = crlReasons;
  return entry !== undefined && entry.reason !== certificateHold && entry.reason !== removeFromCRL;
}

export function isHold(entry: RevokedCertificate | undefined): entry is RevokedCertificate {
  return entry?.reason === crlReasons.certificateHold;
}

/** @param asOf thisUpdate of the list that makes the entry count */
export function revokedBy(entry: RevokedCertificate, asOf: Date): Revoked {
  const { reason = crlReasons.unspecified, revocationDate, invalidityDate } = entry;
  return {
    state: "revoked",
    source: "crl",
    reason,
    revokedAt: revocationDate,
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
    asOf,
  };
}

/** RFC 5280 5.3.3: an entry of an indirect list that names no issuer, nor does one before it, is of the list's own. */
function isOf(
  { certificateIssuer }: RevokedCertificate,
  { issuer }: CertificateList,
  certificate: Certificate,
): boolean {
  return certificateIssuer === undefined
    ? sameName(issuer, certificate.issuer)
    : isNamedIn(certificate.issuer, certificateIssuer);
}
