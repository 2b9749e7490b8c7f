// SPDX-License-Identifier: Apache-2.0
// Timestamped Ed25519 witness cosignatures (C2SP tlog-cosignature, "Ed25519 signed message"): the witness has seen
// this checkpoint follow from all that it saw of the log before.

import { concatBytes, encodeUtf8 } from "../../kernel/index.ts";

export interface Cosignature {
  /** POSIX seconds. */
  readonly timestamp: bigint;
  /** The Ed25519 signature over `cosignedMessage`. */
  readonly signature: Uint8Array;
}

/** Splits a `timestamped_signature`; undefined where it is not one. */
export function parseCosignature(bytes: Uint8Array): Cosignature | undefined {
  if (bytes.length !== timestampLength + signatureLength) return undefined;
  const timestamp = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0);
  if (timestamp > latestTimestamp) return undefined;
  return { timestamp, signature: bytes.subarray(timestampLength) };
}

/** What a witness signs: a line that keeps it apart from everything else, the time, and the checkpoint's text. */
export function cosignedMessage(timestamp: bigint, checkpointText: Uint8Array): Uint8Array {
  return concatBytes(encodeUtf8(`cosignature/v1\ntime ${timestamp}\n`), checkpointText);
}

const timestampLength = 8;
const signatureLength = 64;
const latestTimestamp = 2n ** 63n - 1n;
