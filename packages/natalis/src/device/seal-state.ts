// SPDX-License-Identifier: Apache-2.0
// What a sealer must not forget: its place in its history, what the next seal has to follow, and the last seal itself,
// so that one that was made but not delivered before a power cut is delivered after it and leaves no gap.

import { asArray, asBytes, asUnsigned, type CborValue, decodeCbor, encodeCbor } from "../formats/index.ts";
import type { SealCheckpoint } from "../trust/index.ts";
import { deviceError } from "./errors.ts";

export interface SealState {
  readonly epoch: number;
  /** Sequence number of the next record. */
  readonly next: number;
  /** SHA-256 of the last seal's Sig_structure. */
  readonly previous: Uint8Array;
  /** The newest checkpoint sealed so far. */
  readonly checkpoint?: SealCheckpoint;
  /** The last seal. */
  readonly seal: Uint8Array;
}

const version = 1;
const limits = { maximumBytes: 256 << 10, maximumDepth: 2 } as const;

/** Deterministic CBOR: [1, epoch, next, previous, [log size, log root] or null, seal]. */
export function encodeSealState({ epoch, next, previous, checkpoint, seal }: SealState): Uint8Array {
  const known = checkpoint === undefined ? null : [checkpoint.size, checkpoint.root];
  return encodeCbor([version, epoch, next, previous, known, seal]);
}

/** @throws NAT_DEVICE_SEAL_STATE for another version, and the NAT_CBOR_ errors of malformed bytes */
export function parseSealState(bytes: Uint8Array): SealState {
  const [seen, epoch, next, previous, checkpoint, seal] = asArray(decodeCbor(bytes, limits), 6);
  if (seen !== version) throw deviceError("NAT_DEVICE_SEAL_STATE", "another version");
  return {
    epoch: asUnsigned(epoch),
    next: asUnsigned(next),
    previous: asBytes(previous, 32),
    ...parseCheckpoint(checkpoint),
    seal: asBytes(seal),
  };
}

function parseCheckpoint(item: CborValue | undefined): Pick<SealState, "checkpoint"> {
  if (item === null) return {};
  const [size, root] = asArray(item, 2);
  return { checkpoint: { size: asUnsigned(size), root: asBytes(root, 32) } };
}
