// SPDX-License-Identifier: Apache-2.0
// How TPM 2.0 structures are laid out (TPM 2.0 Library Part 2, 4.1 and 10.4): integers big-endian, byte strings behind
// a length of two octets (TPM2B_). The reader hands out views and refuses what is too short, too long or left over.

import { concatBytes } from "../../kernel/index.ts";
import { structureError } from "./errors.ts";

/** No structure or response of a TPM is longer (MAX_RESPONSE_SIZE of common TPMs is 4096). */
const maximumOctets = 4096;

/** Reads bytes that hold exactly what `read` reads. @throws NAT_TPM_STRUCTURE */
export function readStructure<T>(bytes: Uint8Array, read: (reader: TpmReader) => T): T {
  const reader = new TpmReader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}

export class TpmReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  /** @throws NAT_TPM_STRUCTURE if it is longer than any structure */
  constructor(bytes: Uint8Array) {
    if (bytes.length > maximumOctets) throw structureError(`${bytes.length} octets, at most ${maximumOctets}`);
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** Where the reader is, to cut out what was read. */
  get position(): number {
    return this.#position;
  }

  /** What was read since `start`. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#position);
  }

  /** @throws NAT_TPM_STRUCTURE */
  octets(length: number): Uint8Array {
    if (length > this.remaining) throw structureError(`${length} octets expected, ${this.remaining} there`);
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }

  uint8(): number {
    return this.octets(1)[0] as number;
  }

  uint16(): number {
    const [high = 0, low = 0] = this.octets(2);
    return high * 0x100 + low;
  }

  uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16();
  }

  uint64(): bigint {
    return (BigInt(this.uint32()) << 32n) | BigInt(this.uint32());
  }

  /** TPM2B_: as many octets as two octets in front of them say. @throws NAT_TPM_STRUCTURE if more than `most` */
  sized(most: number): Uint8Array {
    const length = this.uint16();
    if (length > most) throw structureError(`a byte string of ${length} octets, at most ${most}`);
    return this.octets(length);
  }

  rest(): Uint8Array {
    return this.octets(this.remaining);
  }

  /** @throws NAT_TPM_STRUCTURE unless everything was read */
  end(): void {
    if (this.remaining > 0) throw structureError(`${this.remaining} octets are left over`);
  }
}

export function uint8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function uint64(value: bigint): Uint8Array {
  return concatBytes(uint32(Number(value >> 32n)), uint32(Number(value & 0xffff_ffffn)));
}

/** TPM2B_ */
export function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes(uint16(bytes.length), bytes);
}
