// SPDX-License-Identifier: Apache-2.0
// RFC 5280 5.2 and 5.3: a list with a critical extension that is not understood, in itself or in any of its entries,
// decides nothing for any certificate.

import { type CertificateList, oids } from "../../formats/index.ts";
import { crlError } from "../errors.ts";
import type { ListFacts } from "./list-facts.ts";

const processedInList: ReadonlySet<string> = new Set([
  oids.authorityKeyIdentifier,
  oids.crlNumber,
  oids.deltaCrlIndicator,
  oids.issuingDistributionPoint,
]);

const processedInEntries: ReadonlySet<string> = new Set([oids.reasonCode, oids.invalidityDate, oids.certificateIssuer]);

/** @throws NAT_CRL_EXTENSION */
export function checkListExtensions({ list, point }: ListFacts): void {
  for (const { oid, critical } of list.extensions) {
    if (critical && !processedInList.has(oid)) throw crlError("NAT_CRL_EXTENSION", `critical ${oid}`);
    if (oid === oids.deltaCrlIndicator && !critical)
      throw crlError("NAT_CRL_EXTENSION", "a delta CRL indicator that is not critical");
  }
  for (const oid of list.entries.criticalExtensions)
    if (!processedInEntries.has(oid)) throw crlError("NAT_CRL_EXTENSION", `critical ${oid} of an entry`);
  if (list.entries.nameIssuers && point?.indirectCRL !== true)
    throw crlError("NAT_CRL_EXTENSION", "entries of another issuer in a list that is not indirect");
}

/**
 * What keeps a list from saying that a certificate is good: without its number nothing tells it from another one
 * (5.2.3 has every list of version 2 carry it, not critical), and with two entries for one certificate it says nothing
 * definite. What such a list names is revoked all the same.
 * @throws NAT_CRL_NUMBER, NAT_CRL_REPEATED
 */
export function requireDefinite({ version, number, extensions, entries }: CertificateList): void {
  if (version === 2 && number === undefined) throw crlError("NAT_CRL_NUMBER", "it has none");
  if (extensions.some(({ oid, critical }) => oid === oids.crlNumber && critical))
    throw crlError("NAT_CRL_NUMBER", "it is marked critical");
  if (entries.repeats) throw crlError("NAT_CRL_REPEATED", `among ${entries.length} entries`);
}
