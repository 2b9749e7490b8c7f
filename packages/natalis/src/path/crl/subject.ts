// SPDX-License-Identifier: Apache-2.0
// The certificate in question as revocation lists speak of it: whether it is an authority's, and where its issuer
// said that it would be listed.

import {
  type Certificate,
  type DistributionPoint,
  findExtension,
  type Name,
  oids,
  parseBasicConstraints,
  parseCrlDistributionPoints,
  sameName,
} from "../../formats/index.ts";
import { isNamedIn } from "../status/names.ts";

export interface Subject {
  readonly certificate: Certificate;
  readonly isAuthority: boolean;
  /** Its distribution points and, last, the issuer itself, where lists stand that no point names (RFC 5280 6.3.3). */
  readonly points: readonly DistributionPoint[];
}

/** @throws NAT_X509_ and NAT_DER_ codes of malformed extensions */
export function readSubject(certificate: Certificate): Subject {
  const constraints = findExtension(certificate, oids.basicConstraints);
  const points = findExtension(certificate, oids.crlDistributionPoints);
  const issuer: DistributionPoint = { fullName: [{ kind: "directoryName", value: certificate.issuer }] };
  return {
    certificate,
    isAuthority: constraints !== undefined && parseBasicConstraints(constraints.value).isAuthority,
    points: [...(points === undefined ? [] : parseCrlDistributionPoints(points.value)), issuer],
  };
}

/** Whether lists of this name may speak of the certificate: its issuer's, and those that its points delegate to. */
export function mayBeListedBy({ certificate, points }: Subject, listIssuer: Name): boolean {
  if (sameName(certificate.issuer, listIssuer)) return true;
  return points.some(({ crlIssuer }) => crlIssuer !== undefined && isNamedIn(listIssuer, crlIssuer));
}
