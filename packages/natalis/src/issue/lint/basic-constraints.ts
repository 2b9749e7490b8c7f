// SPDX-License-Identifier: Apache-2.0
// Only authorities are authorities: a root without a bound on the path, an issuing one with at most one more below.

import { encodeBasicConstraints, oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { everyKind, type LintRule } from "./rule.ts";

const root = encodeBasicConstraints({ isAuthority: true });
const issuing = encodeBasicConstraints({ isAuthority: true, pathLength: 1 });

export const basicConstraints: LintRule = {
  id: "basic-constraints",
  citation: "RFC 5280 4.2.1.9, DESIGN 3.1",
  kinds: everyKind,
  check(subject) {
    const { kind } = subject.context;
    const value = subject.value(oids.basicConstraints);
    if (kind !== "root" && kind !== "issuing") return value && "basic constraints, which an end entity does not have";
    return value && equalBytes(value, kind === "root" ? root : issuing)
      ? undefined
      : `not those of a ${kind} certificate`;
  },
};
