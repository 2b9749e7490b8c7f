// SPDX-License-Identifier: Apache-2.0
// The MUD URL is the profile's, an https URL.

import { oids, parseMudUrl } from "../../formats/index.ts";
import type { LintRule } from "./rule.ts";

export const mudUrl: LintRule = {
  id: "mud-url",
  citation: "RFC 8520 11",
  kinds: ["birth"],
  check(subject) {
    const value = subject.value(oids.mudUrl);
    const url = value && parseMudUrl(value);
    return url === subject.context.profile?.mudUrl ? undefined : "not the profile's";
  },
};
