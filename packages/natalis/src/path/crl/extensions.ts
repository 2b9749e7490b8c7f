// SPDX-License-Identifier: Apache-2.0
// RFC 5280 5.2 and 5.3: a list with a critical extension that is not understood, in itself or in any of its entries,
// decides nothing for any certificate.

import { type CertificateList, type Extension, oids } from "../../formats/index.ts";
import { crlError } from "../errors.ts";

const processedInList: ReadonlySet<string> = new Set([
  oids.authorityKeyIdentifier,
  oids.crlNumber,
  oids.issuingDistributionPoint,
]);

const processedInEntries: ReadonlySet<string> = new Set([oids.reasonCode, oids.invalidityDate]);

/** @throws NAT_CRL_KIND, NAT_CRL_EXTENSION */
export function checkListExtensions(list: CertificateList): void {
  for (const extension of list.extensions) checkExtension(extension, processedInList);
  for (const { extensions } of list.revoked)
    for (const extension of extensions) checkExtension(extension, processedInEntries);
}

function checkExtension({ oid, critical }: Extension, processed: ReadonlySet<string>): void {
  if (oid === oids.deltaCrlIndicator) throw crlError("NAT_CRL_KIND", "a delta list");
  if (oid === oids.certificateIssuer) throw crlError("NAT_CRL_KIND", "an entry of another issuer's certificate");
  if (critical && !processed.has(oid)) throw crlError("NAT_CRL_EXTENSION", `critical ${oid}`);
}
