// SPDX-License-Identifier: Apache-2.0
// Transparency log proofs (C2SP tlog-proof): an entry's index, its inclusion proof and the checkpoint that the proof
// leads to, in one text that needs no connection to be checked.

import { fromBase64, toBase64 } from "../../kernel/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { parseDecimal } from "./decimal.ts";
import { refuseAs, tlogError } from "./errors.ts";
import { hashLength, requireHash } from "./merkle.ts";
import { verifyInclusion } from "./merkle-proof.ts";
import { type LogVerification, verifyCheckpoint } from "./policy.ts";
import type { LogPolicy } from "./policy-lines.ts";

export interface LogProof {
  readonly index: number;
  /** From the leaf's sibling up to the root's child. */
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Opaque, and authenticated by nothing. */
  readonly extra?: Uint8Array;
}

/** @throws NAT_TLOG_HASH, NAT_TLOG_PROOF */
export function encodeLogProof(proof: LogProof): string {
  return encodeWith(proof, toBase64);
}

/** Many proofs; a hash that several hold in the same array is encoded once. @throws NAT_TLOG_HASH, NAT_TLOG_PROOF */
export function encodeLogProofs(proofs: readonly LogProof[]): string[] {
  const encoded = new Map<Uint8Array, string>();
  const line = (hash: Uint8Array) => {
    const known = encoded.get(hash) ?? toBase64(hash);
    encoded.set(hash, known);
    return known;
  };
  return proofs.map((proof) => encodeWith(proof, line));
}

function encodeWith({ index, proof, checkpoint, extra }: LogProof, line: (hash: Uint8Array) => string): string {
  proof.forEach(requireHash);
  const extraLine = extra === undefined ? [] : [`extra ${toBase64(extra)}`];
  if (proof.length > mostHashes) throw tlogError("NAT_TLOG_PROOF", `${proof.length} hashes`);
  if (!Number.isSafeInteger(index) || index < 0) throw tlogError("NAT_TLOG_PROOF", `index ${index}`);
  const text = [header, ...extraLine, `index ${index}`, ...proof.map(line), "", checkpoint].join("\n");
  if (text.length > longestProof) throw tlogError("NAT_TLOG_PROOF", `${text.length} characters`);
  return text;
}

/** Takes a proof apart; nothing in it is verified. @throws NAT_TLOG_PROOF */
export function parseLogProof(text: string): LogProof {
  const separator = text.length <= longestProof ? text.indexOf("\n\n") : -1;
  if (separator < 0) throw tlogError("NAT_TLOG_PROOF", `${text.length} characters without an empty line, or too many`);
  const lines = text.slice(0, separator).split("\n");
  if (lines.shift() !== header) throw tlogError("NAT_TLOG_PROOF", `the first line is not ${header}`);
  const extra = parseExtra(lines);
  const index = parseIndex(lines.shift());
  if (lines.length > mostHashes) throw tlogError("NAT_TLOG_PROOF", `${lines.length} hashes`);
  return { index, proof: lines.map(parseHash), checkpoint: text.slice(separator + 2), ...extra };
}

/**
 * Verifies that the entry with this leaf hash is logged: the checkpoint under the policy, then its inclusion.
 * @throws what `verifyCheckpoint` and `verifyInclusion` throw
 */
export async function verifyLogProof(
  { index, proof, checkpoint }: LogProof,
  leaf: Uint8Array,
  policy: LogPolicy,
  verification: LogVerification,
): Promise<Checkpoint> {
  const verified = await verifyCheckpoint(checkpoint, policy, verification);
  verifyInclusion({ leaf, index, size: verified.size, proof, root: verified.root, hash: verification.hash });
  return verified;
}

const header = "c2sp.org/tlog-proof@v1";
const longestProof = 0x20000;
// Sizes stay below 2^53.
const mostHashes = 53;

// Taken off the front of the lines, where it stands there.
function parseExtra(lines: string[]): { extra?: Uint8Array } {
  if (!lines[0]?.startsWith("extra ")) return {};
  const encoded = (lines.shift() as string).slice("extra ".length);
  return { extra: refuseAs("NAT_TLOG_PROOF", "the extra data", () => fromBase64(encoded)) };
}

function parseIndex(line: string | undefined): number {
  const index = line?.startsWith("index ") ? parseDecimal(line.slice("index ".length)) : undefined;
  if (index === undefined) throw tlogError("NAT_TLOG_PROOF", "no index line with a decimal number below 2^53");
  return index;
}

function parseHash(line: string): Uint8Array {
  const hash = refuseAs("NAT_TLOG_PROOF", "a hash", () => fromBase64(line));
  if (hash.length !== hashLength) throw tlogError("NAT_TLOG_PROOF", `a hash of ${hash.length} bytes`);
  return hash;
}
