// SPDX-License-Identifier: Apache-2.0
// Step 5 of a birth (DESIGN 3.3): what the station and the device get, once the birth is durable. The same for a new
// birth and for a retry, but that a receipt may be against a newer checkpoint.

import type { BornBody } from "../registry/index.ts";

export interface BirthAnswer {
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** The birth certificate, DER. */
  readonly certificate: Uint8Array;
  /** The certificates above it, the issuer's first, the root's last, DER. */
  readonly chain: readonly Uint8Array[];
  /** The birth record that the certificate commits to, deterministic CBOR. */
  readonly record: Uint8Array;
  /** Proof that the entry is in the log: C2SP tlog-proof, text. */
  readonly receipt: string;
  /** The public entry of the birth, the bytes that the receipt is about. */
  readonly entry: Uint8Array;
  /** Index of that entry in the log. */
  readonly index: number;
}

/** Where a birth stands in the log. */
export interface RegisteredBirth extends BornBody {
  readonly deviceId: Uint8Array;
  readonly index: number;
  readonly entry: Uint8Array;
  readonly receipt: string;
}

export function answerBirth(birth: RegisteredBirth, chain: readonly Uint8Array[]): BirthAnswer {
  const { deviceId, certificate, record, receipt, entry, index } = birth;
  return { deviceId, certificate, chain, record, receipt, entry, index };
}
