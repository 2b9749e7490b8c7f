// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (b)(1) and (f): the list is by the authority that issued the certificate, under the very key that the
// verified path holds, and that key may sign lists.

import {
  type Certificate,
  type CertificateList,
  findExtension,
  oids,
  parseAuthorityKeyIdentifier,
  parseKeyUsage,
  parseSubjectKeyIdentifier,
} from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { crlError } from "../errors.ts";

/** Names are compared as bytes: one authority writes both. */
export function isOfIssuer(list: CertificateList, certificate: Certificate): boolean {
  return equalBytes(list.issuer.der, certificate.issuer.der);
}

/** @throws NAT_CRL_ISSUER, NAT_CRL_KEY_USAGE */
export function checkListIssuer(list: CertificateList, certificate: Certificate, issuer: Certificate): void {
  if (!isOfIssuer(list, certificate)) throw crlError("NAT_CRL_ISSUER", "another name than the certificate's issuer");
  if (!equalBytes(list.issuer.der, issuer.subject.der))
    throw crlError("NAT_CRL_ISSUER", "another name than the issuer's certificate");
  if (!namesKeyOf(list, issuer)) throw crlError("NAT_CRL_ISSUER", "by another key of the same name");
  const usage = findExtension(issuer, oids.keyUsage);
  if (usage !== undefined && !parseKeyUsage(usage.value).has("cRLSign"))
    throw crlError("NAT_CRL_KEY_USAGE", "its key usage lacks cRLSign");
}

/** A list without a key identifier is left to its signature. */
function namesKeyOf(list: CertificateList, issuer: Certificate): boolean {
  const authority = findExtension(list, oids.authorityKeyIdentifier);
  const subject = findExtension(issuer, oids.subjectKeyIdentifier);
  if (authority === undefined || subject === undefined) return true;
  const wanted = parseAuthorityKeyIdentifier(authority.value).keyIdentifier;
  return wanted === undefined || equalBytes(wanted, parseSubjectKeyIdentifier(subject.value));
}
