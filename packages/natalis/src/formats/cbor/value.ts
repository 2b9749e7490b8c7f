// SPDX-License-Identifier: Apache-2.0
// The values that CBOR items become. Integers are numbers where safe, else bigints; floats stay apart from integers
// because 20.0 and 20 are different items, and hashes are taken over items (RFC 8949 sections 3 and 4.2.2).

import { cborError } from "./errors.ts";

/** Map keys: safe integers and text, as COSE labels are (RFC 9052 section 1.4). */
export type CborKey = number | string;
export type CborMap = ReadonlyMap<CborKey, CborValue>;
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | Float64
  | Tagged
  | readonly CborValue[]
  | CborMap;

/** A float: one form only, `fb` and 8 bytes (RFC 8949 section 4.2.2), never NaN or infinite. */
export class Float64 {
  readonly float64: number;

  /** @throws NAT_CBOR_VALUE for NaN and infinities. */
  constructor(value: number) {
    if (!Number.isFinite(value)) throw cborError("NAT_CBOR_VALUE", `the float ${value}`);
    this.float64 = value;
  }
}

/** The float item of a number. @throws NAT_CBOR_VALUE for NaN and infinities. */
export function float64(value: number): Float64 {
  return new Float64(value);
}

/** An item under a tag (RFC 8949 section 3.4). */
export class Tagged {
  readonly tag: number;
  readonly value: CborValue;

  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}
