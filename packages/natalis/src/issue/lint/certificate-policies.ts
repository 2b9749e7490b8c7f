// SPDX-License-Identifier: Apache-2.0
// A device's one policy says its custody, the same level as its birth extension; authorities stand for any policy.

import { oids, parseBirthExtension, parseCertificatePolicies } from "../../formats/index.ts";
import type { LintRule } from "./rule.ts";

export const certificatePolicies: LintRule = {
  id: "certificate-policies",
  citation: "RFC 5280 4.2.1.4, DESIGN 3.1",
  kinds: ["root", "issuing", "station", "birth"],
  check(subject) {
    const value = subject.value(oids.certificatePolicies);
    const [policy, second] = value === undefined ? [] : parseCertificatePolicies(value);
    if (policy === undefined || second !== undefined) return "not exactly one policy";
    const own = subject.context.kind === "birth" ? subject.context.authority?.oids : undefined;
    if (own === undefined) return policy === oids.anyPolicy ? undefined : "an authority's policy is anyPolicy";
    const extension = subject.value(own.birthExtension);
    const custody = extension && parseBirthExtension(extension).custody;
    return custody !== undefined && policy === own.custody(custody)
      ? undefined
      : "not the custody of the birth extension";
  },
};
