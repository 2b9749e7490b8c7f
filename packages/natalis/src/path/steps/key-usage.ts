// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.4 (n): where an issuer has a keyUsage extension, it includes keyCertSign.

import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_KEY_USAGE */
export function checkKeyUsage(one: PathCertificate): void {
  if (one.keyUsage?.has("keyCertSign") === false) throw pathError("NAT_PATH_KEY_USAGE", one.label);
}
