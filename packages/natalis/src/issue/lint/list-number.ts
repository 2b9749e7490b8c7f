// SPDX-License-Identifier: Apache-2.0
// A list has a number, so that a reader can tell which of two is newer; it is not critical.

import { findExtension, oids } from "../../formats/index.ts";
import type { ListRule } from "./list-rule.ts";

export const listNumber: ListRule = {
  id: "list-number",
  citation: "RFC 5280 5.2.3",
  check(list) {
    if (list.number === undefined) return "no CRL number";
    return findExtension(list, oids.crlNumber)?.critical ? "a critical CRL number" : undefined;
  },
};
