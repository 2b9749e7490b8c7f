// SPDX-License-Identifier: Apache-2.0
// The signature algorithm is that of the issuer's key, in the encoding that the algorithm table knows.

import { algorithmOfPublicKey } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { everyKind, type LintRule } from "./rule.ts";

export const signatureAlgorithm: LintRule = {
  id: "signature-algorithm",
  citation: "RFC 5280 4.1.2.3",
  kinds: everyKind,
  check(subject) {
    const { signatureIdentifier } = subject.context.authority?.algorithm ?? algorithmOfPublicKey(subject.publicKey);
    return equalBytes(subject.signatureIdentifier, signatureIdentifier) ? undefined : "not that of the issuer's key";
  },
};
