// SPDX-License-Identifier: Apache-2.0
// The key derivation functions of TPM 2.0 (Library Part 1, 11.4.10): KDFa, from a secret key (SP 800-108 in counter
// mode with HMAC), and KDFe, from a Diffie-Hellman secret (SP 800-56A concatenation).

import { type Awaitable, concatBytes, type Digest, encodeUtf8, portableDigests } from "../../kernel/index.ts";
import { digestOctets } from "./algorithms.ts";
import { uint32 } from "./octets.ts";

/** HMAC (RFC 2104) with a digest, under a key that is made for one use. */
export type Hmac = (digest: Digest, key: Uint8Array, data: Uint8Array) => Awaitable<Uint8Array>;

/** 11.4.10.2 @param bits of the result, a multiple of 8 */
export async function deriveA(
  hmac: Hmac,
  digest: Digest,
  key: Uint8Array,
  label: string,
  context: Uint8Array,
  bits: number,
): Promise<Uint8Array> {
  const tail = concatBytes(terminated(label), context, uint32(bits));
  const blocks: Uint8Array[] = [];
  for (let counter = 1; (counter - 1) * digestOctets(digest) < bits / 8; counter++)
    blocks.push(await hmac(digest, key, concatBytes(uint32(counter), tail)));
  return concatBytes(...blocks).subarray(0, bits / 8);
}

/** 11.4.10.3 @param parties the x-coordinates of the ephemeral and the static key @param bits a multiple of 8 */
export function deriveE(
  digest: Digest,
  secret: Uint8Array,
  label: string,
  parties: readonly [Uint8Array, Uint8Array],
  bits: number,
): Uint8Array {
  const tail = concatBytes(secret, terminated(label), ...parties);
  const blocks: Uint8Array[] = [];
  for (let counter = 1; (counter - 1) * digestOctets(digest) < bits / 8; counter++)
    blocks.push(portableDigests[digest](concatBytes(uint32(counter), tail)));
  return concatBytes(...blocks).subarray(0, bits / 8);
}

/** Labels go with their terminating zero. */
export function terminated(label: string): Uint8Array {
  return concatBytes(encodeUtf8(label), Uint8Array.of(0));
}
