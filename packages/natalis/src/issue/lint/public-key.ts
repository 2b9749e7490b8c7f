// SPDX-License-Identifier: Apache-2.0
// The public key is of an algorithm in the table, in its one canonical encoding, so that equal keys are equal bytes;
// a device's also of one that its profile lists.

import { algorithmOfPublicKey } from "../../formats/index.ts";
import { everyKind, type LintRule } from "./rule.ts";
import type { LintSubject } from "./subject.ts";

export const publicKey: LintRule = {
  id: "public-key",
  citation: "RFC 5480 2, RFC 8410 4, RFC 9881 4",
  kinds: everyKind,
  check,
  checkUnit: check,
};

function check({ publicKey: key, context }: LintSubject): string | undefined {
  const { name } = algorithmOfPublicKey(key);
  const allowed = context.profile?.algorithms;
  return allowed === undefined || allowed.some((algorithm) => algorithm.name === name)
    ? undefined
    : `${name}, which the profile does not list`;
}
