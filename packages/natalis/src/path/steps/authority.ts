// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.4 (k): whoever issued is a CA by its basicConstraints. An intermediate certificate of version 1 or 2,
// which cannot say, is no CA: no other knowledge can make it so. Of an anchor of those versions the caller's trust is
// that knowledge, as it is of one of version 3 under the legacy policy.

import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";
import type { Strength } from "../signature-fault.ts";

/** @throws NAT_PATH_NOT_AUTHORITY */
export function checkAuthority(one: PathCertificate): void {
  if (one.basicConstraints?.isAuthority !== true) throw pathError("NAT_PATH_NOT_AUTHORITY", one.label);
}

/** @throws NAT_PATH_NOT_AUTHORITY */
export function checkAnchorAuthority(anchor: PathCertificate, strength: Strength): void {
  const cannotSay = anchor.certificate.version < 3 || strength === "legacy";
  if (anchor.basicConstraints !== undefined || !cannotSay) checkAuthority(anchor);
}
