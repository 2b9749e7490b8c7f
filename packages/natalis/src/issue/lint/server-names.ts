// SPDX-License-Identifier: Apache-2.0
// A server is found by the DNS names and IP addresses in its alternative names, of which there is at least one.

import { oids, parseSubjectAltName } from "../../formats/index.ts";
import type { LintRule } from "./rule.ts";

export const serverNames: LintRule = {
  id: "server-names",
  citation: "RFC 9525 4.1, RFC 5280 4.2.1.6",
  kinds: ["server"],
  check(subject) {
    const value = subject.value(oids.subjectAltName);
    if (value === undefined) return "none";
    const foreign = parseSubjectAltName(value).find(({ kind }) => kind !== "dns" && kind !== "ip");
    return foreign && `a name of kind ${foreign.kind}`;
  },
};
