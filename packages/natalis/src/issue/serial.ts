// SPDX-License-Identifier: Apache-2.0
// Certificate serial numbers (RFC 5280 section 4.1.2.2): positive, unguessable, at most 20 octets. Ours are 16 random
// octets whose first lies in 0x40..0x7f, so that the INTEGER always has the same length and sign. The low byte fixes
// the CRL shard at issuance: revoking never moves a certificate to another list.

import type { Entropy } from "../kernel/index.ts";
import { issueError } from "./errors.ts";

export const serialLength = 16;

/** Revocation is told in this many lists per authority. */
export const shardCount = 256;

/** A new serial number: 16 octets, 126 random bits. */
export function newSerial(entropy: Entropy): Uint8Array {
  const serial = entropy.bytes(serialLength);
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  return serial;
}

export function isSerial(serial: Uint8Array): boolean {
  return serial.length === serialLength && ((serial[0] as number) & 0xc0) === 0x40;
}

/** The CRL shard, 0 to 255, that speaks about a serial number of ours. @throws NAT_ISSUE_SERIAL */
export function shardOf(serial: Uint8Array): number {
  if (!isSerial(serial)) throw issueError("NAT_ISSUE_SERIAL", `${serial.length} octets`);
  return serial[serialLength - 1] as number;
}
