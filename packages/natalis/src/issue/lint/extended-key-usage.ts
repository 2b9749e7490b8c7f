// SPDX-License-Identifier: Apache-2.0
// A device may authenticate as a client, answer challenges and seal data; a server may serve TLS, a verdict key sign
// verdicts; an authority has no extended key usage, which would bind all below it.

import { encodeExtendedKeyUsage, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { Authority } from "../authority.ts";
import { type CertificateKind, everyKind, type LintRule } from "./rule.ts";

const purposesOf = ({ oids: { answer, seal, verdict } }: Authority): Partial<Record<CertificateKind, string[]>> => ({
  birth: [oids.clientAuth, answer, seal],
  server: [oids.serverAuth],
  verdict: [verdict],
});

export const extendedKeyUsage: LintRule = {
  id: "extended-key-usage",
  citation: "RFC 5280 4.2.1.12, DESIGN 3.1",
  kinds: everyKind,
  check(subject) {
    const { kind, authority } = subject.context;
    const value = subject.value(oids.extendedKeyUsage);
    const purposes = authority && purposesOf(authority)[kind];
    if (purposes === undefined) return value && "an authority has none";
    const due = encodeExtendedKeyUsage(purposes);
    return value && equalBytes(value, due) ? undefined : `not the purposes of a ${kind} certificate`;
  },
};
