// SPDX-License-Identifier: Apache-2.0
// The validity has a beginning and an end in order, within the issuer's; an end in the year 9999 is the one that
// means "no well-defined expiration date".

import { noExpiry } from "../validity.ts";
import { everyKind, type LintRule } from "./rule.ts";

const lastYear = Date.UTC(9999, 0, 1);

export const validity: LintRule = {
  id: "validity",
  citation: "RFC 5280 4.1.2.5",
  kinds: everyKind,
  check({ validity: { notBefore, notAfter }, context }) {
    if (notBefore >= notAfter) return "it ends before it begins";
    if (notAfter.getTime() >= lastYear && notAfter.getTime() !== noExpiry.getTime())
      return "an end in 9999 other than 99991231235959Z";
    const issuer = context.authority?.certificate;
    if (issuer === undefined) return undefined;
    if (notAfter > issuer.notAfter) return "it ends after its issuer's";
    return notBefore < issuer.notBefore ? "it begins before its issuer's" : undefined;
  },
};
