// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (b)(2) and 5.2.5: the list covers the certificate. A list without issuing distribution point covers
// all certificates of its issuer; one with a name covers those whose distribution points have that URI.

import {
  type Certificate,
  type CertificateList,
  findExtension,
  type IssuingDistributionPoint,
  oids,
  parseBasicConstraints,
  parseCrlDistributionPoints,
  parseIssuingDistributionPoint,
  urisOf,
} from "../../formats/index.ts";
import { crlError } from "../errors.ts";

export function isInScope(list: CertificateList, certificate: Certificate): boolean {
  return scopeFault(issuingDistributionPointOf(list), certificate) === undefined;
}

/** @throws NAT_CRL_SCOPE, NAT_CRL_KIND */
export function checkScope(list: CertificateList, certificate: Certificate): void {
  const point = issuingDistributionPointOf(list);
  if (point?.indirectCRL === true) throw crlError("NAT_CRL_KIND", "an indirect list");
  if (point?.onlySomeReasons !== undefined) throw crlError("NAT_CRL_KIND", "a list for some reasons only");
  const fault = scopeFault(point, certificate);
  if (fault !== undefined) throw crlError("NAT_CRL_SCOPE", fault);
}

/** Reads it whether critical or not; one that is not critical hides from others what the list leaves out. */
function issuingDistributionPointOf(list: CertificateList): IssuingDistributionPoint | undefined {
  const extension = findExtension(list, oids.issuingDistributionPoint);
  if (extension === undefined) return undefined;
  if (!extension.critical) throw crlError("NAT_CRL_EXTENSION", "an issuing distribution point that is not critical");
  return parseIssuingDistributionPoint(extension.value);
}

function scopeFault(point: IssuingDistributionPoint | undefined, certificate: Certificate): string | undefined {
  if (point === undefined) return undefined;
  if (point.onlyContainsAttributeCerts) return "it covers attribute certificates";
  if (point.onlyContainsUserCerts && isAuthority(certificate)) return "it does not cover authorities";
  if (point.onlyContainsCACerts && !isAuthority(certificate)) return "it covers authorities only";
  if (point.relativeName !== undefined) return "its distribution point is a relative name";
  if (point.fullName === undefined) return undefined;
  const covered = distributionUrisOf(certificate);
  return urisOf(point.fullName).some((uri) => covered.has(uri)) ? undefined : "it is of another distribution point";
}

function isAuthority(certificate: Certificate): boolean {
  const extension = findExtension(certificate, oids.basicConstraints);
  return extension !== undefined && parseBasicConstraints(extension.value).isAuthority;
}

/** Of the points where the certificate's own issuer publishes for all reasons. */
function distributionUrisOf(certificate: Certificate): ReadonlySet<string> {
  const extension = findExtension(certificate, oids.crlDistributionPoints);
  if (extension === undefined) return new Set();
  const points = parseCrlDistributionPoints(extension.value);
  const ours = points.filter(({ crlIssuer, reasons }) => crlIssuer === undefined && reasons === undefined);
  return new Set(ours.flatMap(({ fullName }) => urisOf(fullName ?? [])));
}
