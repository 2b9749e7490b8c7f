// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (b), (d) and 5.2.5: whether a list covers a certificate, and for which reasons. What the list says of
// itself (issuing distribution point) is laid beside each place where the certificate says it would be listed.

import {
  type DistributionPoint,
  type IssuingDistributionPoint,
  pointNames,
  type RevocationReason,
  revocationReasons,
  sameName,
} from "../../formats/index.ts";
import { crlError } from "../errors.ts";
import { haveCommonName, isNamedIn } from "../status/names.ts";
import type { ListFacts } from "./list-facts.ts";
import type { Subject } from "./subject.ts";

export interface ListScope {
  /** For which a certificate that is not listed is not revoked. */
  readonly reasons: ReadonlySet<RevocationReason>;
  /** Whether the certificate itself names the list's issuer, by cRLIssuer. */
  readonly delegated: boolean;
}

/** @throws NAT_CRL_SCOPE, and NAT_X509_ and NAT_DER_ codes of names that are none */
export function scopeOf(facts: ListFacts, subject: Subject): ListScope {
  const fault = kindFault(facts.point, subject);
  if (fault !== undefined) throw crlError("NAT_CRL_SCOPE", fault);
  const places = subject.points.filter((place) => isListedAt(place, facts, subject));
  if (places.length === 0) throw crlError("NAT_CRL_SCOPE", "it is of another distribution point");
  return {
    reasons: new Set(revocationReasons.filter((reason) => places.some((place) => covers(reason, place, facts.point)))),
    delegated: places.some(({ crlIssuer }) => crlIssuer !== undefined),
  };
}

/** (b)(2)(ii) to (iv) */
function kindFault(point: IssuingDistributionPoint | undefined, { isAuthority }: Subject): string | undefined {
  if (point?.onlyContainsAttributeCerts === true) return "it covers attribute certificates";
  if (point?.onlyContainsUserCerts === true && isAuthority) return "it does not cover authorities";
  if (point?.onlyContainsCACerts === true && !isAuthority) return "it covers authorities only";
  return undefined;
}

/** (b)(1) and (b)(2)(i) */
function isListedAt(place: DistributionPoint, { list, point }: ListFacts, { certificate }: Subject): boolean {
  const { crlIssuer } = place;
  const isByIssuer =
    crlIssuer === undefined
      ? sameName(list.issuer, certificate.issuer)
      : point?.indirectCRL === true && isNamedIn(list.issuer, crlIssuer);
  if (!isByIssuer) return false;
  const covered = point && pointNames(point, list.issuer);
  if (covered === undefined) return true;
  const named = pointNames(place, list.issuer) ?? crlIssuer ?? [];
  return haveCommonName(covered, named);
}

/** (d): the reasons of both, where either leaves some out. */
function covers(
  reason: RevocationReason,
  { reasons }: DistributionPoint,
  point: IssuingDistributionPoint | undefined,
): boolean {
  return reasons?.has(reason) !== false && point?.onlySomeReasons?.has(reason) !== false;
}
