// SPDX-License-Identifier: Apache-2.0
// A station certifies no names but those of its product line.

import { oids } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { encodeStationConstraints } from "../station-constraints.ts";
import type { LintRule } from "./rule.ts";

export const nameConstraints: LintRule = {
  id: "name-constraints",
  citation: "RFC 5280 4.2.1.10, DESIGN 3.1",
  kinds: ["station"],
  check(subject) {
    const { profile } = subject.context;
    const value = subject.value(oids.nameConstraints);
    if (value === undefined || profile === undefined) return "none";
    return equalBytes(value, encodeStationConstraints(profile)) ? undefined : "not those of the product line";
  },
};
