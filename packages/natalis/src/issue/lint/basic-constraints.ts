// SPDX-License-Identifier: Apache-2.0
// Only authorities are authorities: a root without a bound on the path, an issuing one with at most one more below, a
// station with none.

import { encodeBasicConstraints, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { type CertificateKind, everyKind, type LintRule } from "./rule.ts";

const dueOf: Readonly<Partial<Record<CertificateKind, Uint8Array>>> = {
  root: encodeBasicConstraints({ isAuthority: true }),
  issuing: encodeBasicConstraints({ isAuthority: true, pathLength: 1 }),
  station: encodeBasicConstraints({ isAuthority: true, pathLength: 0 }),
};

export const basicConstraints: LintRule = {
  id: "basic-constraints",
  citation: "RFC 5280 4.2.1.9, DESIGN 3.1",
  kinds: everyKind,
  check(subject) {
    const { kind } = subject.context;
    const value = subject.value(oids.basicConstraints);
    const due = dueOf[kind];
    if (due === undefined) return value && "basic constraints, which an end entity does not have";
    return value && equalBytes(value, due) ? undefined : `not those of a ${kind} certificate`;
  },
};
