// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (a)(2): the validity period includes the instant; both its ends belong to it (4.1.2.5), and they are
// named in whole seconds, so the last one lasts to its end. Asked as what must hold, so that a Date without an instant
// lies in no validity period.

import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_NOT_YET_VALID, NAT_PATH_EXPIRED */
export function checkValidity(one: PathCertificate, at: Date): void {
  const { notBefore, notAfter } = one.certificate;
  if (!(at.getTime() >= notBefore.getTime()))
    throw pathError("NAT_PATH_NOT_YET_VALID", `${one.label} begins ${notBefore.toISOString()}`);
  if (!(at.getTime() < notAfter.getTime() + 1000))
    throw pathError("NAT_PATH_EXPIRED", `${one.label} ended ${notAfter.toISOString()}`);
}
