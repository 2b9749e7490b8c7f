// SPDX-License-Identifier: Apache-2.0
// Evidence as it travels: a statement with the name of its format. However it came, verifiers are given this.

import { evidenceError } from "../errors.ts";

export interface EvidenceMessage {
  readonly format: string;
  readonly statement: Uint8Array;
}

/** A birth comes with a statement or two. */
export const mostStatements = 8;

const formatName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** @throws NAT_EVIDENCE_MALFORMED */
export function requireFormatName(format: string): string {
  if (!formatName.test(format))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${JSON.stringify(format.slice(0, 64))} is no name of a format`);
  return format;
}

/** @throws NAT_EVIDENCE_MALFORMED */
export function requireFew<T>(messages: readonly T[]): readonly T[] {
  if (messages.length > mostStatements)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${messages.length} statements, at most ${mostStatements}`);
  return messages;
}
