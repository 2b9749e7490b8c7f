// SPDX-License-Identifier: Apache-2.0
// Evidence that is refused leaves the rest of it to be asked. What ends all work is no refusal of one piece.

import { isNatalisError, type NatalisError } from "../../kernel/index.ts";

/** The refusal that was caught. @throws what is none: a spent budget, and errors that are not Natalis's */
export function refusalOf(error: unknown): NatalisError {
  if (!isNatalisError(error) || error.code === "NAT_PATH_BUDGET") throw error;
  return error;
}
