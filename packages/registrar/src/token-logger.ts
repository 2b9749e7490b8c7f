// SPDX-License-Identifier: Apache-2.0
// Tells the operator of a registrar, or of a station, that the token of the authority's keys is lost.

import type { Logger } from "pino";
import type { TokenChanged } from "./service/keys.ts";

/** Says once that the token is lost, and once that it is back. */
export function tokenLogger(logger: Logger): TokenChanged {
  let isAway = false;
  return (cause) => {
    if (cause === undefined) logger.warn("the token of the authority's keys is back");
    else if (!isAway) logger.error({ err: cause }, "the token of the authority's keys does not sign");
    isAway = cause !== undefined;
  };
}
