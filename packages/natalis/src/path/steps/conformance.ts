// SPDX-License-Identifier: Apache-2.0
// Holds a certificate to the duties of conforming authorities, for those who ask for it.

import { isNatalisError, type NatalisError } from "../../kernel/index.ts";
import { conformanceRules } from "../conformance/rules.ts";
import { pathError } from "../errors.ts";
import { once } from "../names/certificate-names.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_CONFORMANCE, and the errors of keys that are not known */
export function checkConformance(certificate: PathCertificate): void {
  const { defect } = conformityOf(certificate);
  if (defect !== undefined) throw defect;
}

/** Of each certificate once: it may have thousands of names to look at, and stand in hundreds of paths. */
const conformityOf = once((certificate: PathCertificate): { readonly defect: NatalisError | undefined } => {
  try {
    return { defect: firstFault(certificate) };
  } catch (error) {
    if (isNatalisError(error)) return { defect: error };
    throw error;
  }
});

function firstFault(certificate: PathCertificate): NatalisError | undefined {
  for (const rule of conformanceRules) {
    const seen = rule.fault(certificate);
    if (seen !== undefined)
      return pathError("NAT_PATH_CONFORMANCE", `${rule.source}: ${certificate.label} has ${seen}`);
  }
  return undefined;
}
