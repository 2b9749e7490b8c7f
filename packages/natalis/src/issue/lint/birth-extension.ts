// SPDX-License-Identifier: Apache-2.0
// The birth extension is there and well-formed: version, custody, SHA-256 of the birth record.

import { parseBirthExtension } from "../../formats/index.ts";
import type { LintRule } from "./rule.ts";
import type { LintSubject } from "./subject.ts";

export const birthExtension: LintRule = {
  id: "birth-extension",
  citation: "DESIGN 3.1",
  kinds: ["birth"],
  check,
  checkUnit: check,
};

function check(subject: LintSubject): string | undefined {
  const { authority, profile } = subject.context;
  const value = authority && subject.value(authority.oids.birthExtension);
  if (value === undefined || profile === undefined) return "none";
  const { custody } = parseBirthExtension(value);
  return custody >= profile.minimumCustody ? undefined : `custody ${custody}, below the profile's`;
}
