// SPDX-License-Identifier: Apache-2.0
// A station's authority says by a critical extension that what it issues is provisional. Whoever does not name that
// extension refuses it as one that is not processed (RFC 5280 section 4.2); whoever names it says what it means to them.
// Accepting is for those who have proof that the very certificate in question was registered.

import { blame } from "../fault.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

export interface StationRule {
  /** OID of the extension: `<arc>.5`. */
  readonly extension: string;
  /** "accept" only together with proof that the certificate in question is registered: a path itself is none. */
  readonly provisional: "refuse" | "accept";
}

/**
 * A station issues end entities and no more: it stands nowhere but right above the certificate in question.
 * @param path the certificate in question first, without the anchor
 * @throws NAT_PATH_PROVISIONAL
 */
export function checkStations(
  path: readonly PathCertificate[],
  anchor: PathCertificate,
  rule: StationRule | undefined,
): void {
  if (anchor.isStation) throw refused(anchor, "it is the anchor");
  for (const [i, one] of path.entries()) {
    if (!one.isStation) continue;
    if (rule?.provisional !== "accept") throw refused(one, "nothing proves that what it issued is registered");
    if (i > 1) throw refused(one, "it stands above another authority");
  }
}

function refused(one: PathCertificate, why: string): Error {
  return blame(pathError("NAT_PATH_PROVISIONAL", `${one.label} is a station's: ${why}`), one.certificate);
}
