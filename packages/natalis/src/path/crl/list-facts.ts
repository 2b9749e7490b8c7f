// SPDX-License-Identifier: Apache-2.0
// A revocation list as its check sees it: its scope and its kind, read before anything of it is verified.

import {
  type CertificateList,
  findExtension,
  type IssuingDistributionPoint,
  oids,
  parseAuthorityKeyIdentifier,
  parseIssuingDistributionPoint,
} from "../../formats/index.ts";
import { crlError } from "../errors.ts";

export interface ListFacts {
  readonly list: CertificateList;
  /** What it covers; absent: all certificates of its issuer for all reasons. */
  readonly point: IssuingDistributionPoint | undefined;
  /** keyIdentifier of the authority key identifier. */
  readonly keyIdentifier: Uint8Array | undefined;
}

/** @throws NAT_CRL_EXTENSION, and NAT_X509_ and NAT_DER_ codes of malformed extensions */
export function readListFacts(list: CertificateList): ListFacts {
  const point = findExtension(list, oids.issuingDistributionPoint);
  const authority = findExtension(list, oids.authorityKeyIdentifier);
  // One that is not critical hides from others what the list leaves out (5.2.5).
  if (point?.critical === false)
    throw crlError("NAT_CRL_EXTENSION", "an issuing distribution point that is not critical");
  return {
    list,
    point: point && parseIssuingDistributionPoint(point.value),
    keyIdentifier: authority && parseAuthorityKeyIdentifier(authority.value).keyIdentifier,
  };
}
