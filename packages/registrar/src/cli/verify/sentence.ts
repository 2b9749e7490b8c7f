// SPDX-License-Identifier: Apache-2.0
// A verdict as one sentence for people: that the path holds, or the rule that refused, which names the section of the
// standard, with what was seen.

import type { NatalisError } from "natalis/kernel";
import type { VerifiedPath } from "natalis/path";

export function sentenceOfPath({ certificates }: VerifiedPath): string {
  return `The path holds: ${certificates.length} certificates, the anchor included.`;
}

export function sentenceOf({ message, code, detail }: NatalisError): string {
  const meaning = message.slice(0, message.indexOf(` [${code}]`)).replace(/\.$/, "");
  return detail === "" ? `${meaning}.` : `${meaning}: ${detail}.`;
}
