// SPDX-License-Identifier: Apache-2.0
// A list says until when it may be used, and that is after it was made.

import type { ListRule } from "./list-rule.ts";

export const listUpdates: ListRule = {
  id: "list-updates",
  citation: "RFC 5280 5.1.2.4 and 5.1.2.5",
  check({ thisUpdate, nextUpdate }) {
    if (nextUpdate === undefined) return "no next update";
    return thisUpdate < nextUpdate ? undefined : "the next update is not after this one";
  },
};
