// SPDX-License-Identifier: Apache-2.0
// What the transparency-log formats refuse, and what each refusal means.

import { errorFactory, isNatalisError } from "../../kernel/index.ts";

export const tlogErrors = {
  NAT_TLOG_HASH: "A hash of a Merkle tree is not 32 bytes long.",
  NAT_TLOG_RANGE: "The index or size lies outside the tree.",
  NAT_TLOG_INCLUSION: "The inclusion proof does not lead from the leaf to the root (RFC 9162 section 2.1.3.2).",
  NAT_TLOG_CONSISTENCY: "The consistency proof does not connect the two roots (RFC 9162 section 2.1.4.2).",
  NAT_TLOG_TILE: "A stored tile is missing, has a wrong length, or contradicts the tile above it.",
  NAT_TLOG_TILE_PATH: "The text is not the path of a tile or an entry bundle (C2SP tlog-tiles).",
  NAT_TLOG_ENTRY_BUNDLE: "The entry bundle is malformed, or too much for one (C2SP tlog-tiles).",
  NAT_TLOG_NOTE: "The signed note is malformed or too large (C2SP signed-note).",
  NAT_TLOG_KEY: "The verifier key is malformed, of an unsupported type, or does not match its key id.",
  NAT_TLOG_SIGNATURE: "A signature that names a known key does not verify under it.",
  NAT_TLOG_UNSIGNED: "No known key has signed the note.",
  NAT_TLOG_CHECKPOINT: "The text is not a checkpoint without extension lines (C2SP tlog-checkpoint).",
  NAT_TLOG_PROOF: "The text is not a transparency log proof (C2SP tlog-proof).",
  NAT_TLOG_POLICY: "The text is not a valid transparency log policy (C2SP tlog-policy).",
  NAT_TLOG_ORIGIN: "No listed log that is named like the checkpoint's origin has signed it.",
  NAT_TLOG_QUORUM: "The witnesses that cosigned the checkpoint do not make up the quorum.",
} as const;

export const tlogError = errorFactory(tlogErrors);

/** Runs a step of a parser; what it refuses is refused under `code`, with the first refusal as the cause. */
export function refuseAs<T>(code: keyof typeof tlogErrors, detail: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw isNatalisError(error) ? tlogError(code, detail, error) : error;
  }
}
