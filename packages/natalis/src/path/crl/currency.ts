// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (a) and 5.1.2.4, 5.1.2.5: a list speaks for the time from its thisUpdate until the next one is due.
// Asked as what must hold, so that no list is current for a Date without an instant.

import type { CertificateList } from "../../formats/index.ts";
import { crlError } from "../errors.ts";

/** @throws NAT_CRL_NOT_CURRENT */
export function requireCurrent({ thisUpdate, nextUpdate }: CertificateList, at: Date): void {
  if (!(at.getTime() >= thisUpdate.getTime()))
    throw crlError("NAT_CRL_NOT_CURRENT", `it speaks from ${thisUpdate.toISOString()}`);
  if (nextUpdate === undefined) throw crlError("NAT_CRL_NOT_CURRENT", "it does not say when the next one is due");
  if (!(at.getTime() < nextUpdate.getTime()))
    throw crlError("NAT_CRL_NOT_CURRENT", `the next one was due ${nextUpdate.toISOString()}`);
}
