// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (a)(2): the validity period includes the instant; both its ends belong to it (4.1.2.5). Asked as what
// must hold, so that a Date without an instant lies in no validity period.

import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_NOT_YET_VALID, NAT_PATH_EXPIRED */
export function checkValidity({ certificate, label }: PathCertificate, at: Date): void {
  if (!(at.getTime() >= certificate.notBefore.getTime()))
    throw pathError("NAT_PATH_NOT_YET_VALID", `${label} begins ${certificate.notBefore.toISOString()}`);
  if (!(at.getTime() <= certificate.notAfter.getTime()))
    throw pathError("NAT_PATH_EXPIRED", `${label} ended ${certificate.notAfter.toISOString()}`);
}
