// SPDX-License-Identifier: Apache-2.0
// A station is certified for one product line, and what it signs is of that line and of its time.

import { parseStationExtension } from "../../formats/index.ts";
import type { LintRule } from "./rule.ts";

export const station: LintRule = {
  id: "station",
  citation: "DESIGN 3.1",
  kinds: ["station", "birth"],
  check(subject) {
    const { kind, authority, profile } = subject.context;
    if (kind === "birth") return birthFinding(subject);
    const value = authority && subject.value(authority.oids.station);
    if (value === undefined) return "none";
    return parseStationExtension(value).product === profile?.product ? undefined : "of another product line";
  },
};

// A template serves one second, so its rule speaks for every unit of it.
function birthFinding({ context, validity }: Parameters<LintRule["check"]>[0]): string | undefined {
  const of = context.authority?.station;
  if (of === undefined) return undefined;
  if (of.product !== context.profile?.product) return `a station for ${of.product}`;
  const { notBefore } = validity;
  return notBefore >= of.notBefore && notBefore <= of.notAfter ? undefined : "outside of the station's time";
}
