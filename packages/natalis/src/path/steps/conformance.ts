// SPDX-License-Identifier: Apache-2.0
// Holds a certificate to the duties of conforming authorities, for those who ask for it.

import { conformanceRules } from "../conformance/rules.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_CONFORMANCE, and the errors of keys that are not known */
export function checkConformance(certificate: PathCertificate): void {
  for (const rule of conformanceRules) {
    const seen = rule.fault(certificate);
    if (seen !== undefined) throw pathError("NAT_PATH_CONFORMANCE", `${rule.source}: ${certificate.label} has ${seen}`);
  }
}
