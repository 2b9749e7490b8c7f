// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.4 (k): whoever issued is a CA by its basicConstraints. Certificates without that extension, version 1
// ones among them, are no CAs here, and no other knowledge can make them so.

import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_NOT_AUTHORITY */
export function checkAuthority({ basicConstraints, label }: PathCertificate): void {
  if (basicConstraints?.isAuthority !== true) throw pathError("NAT_PATH_NOT_AUTHORITY", label);
}
