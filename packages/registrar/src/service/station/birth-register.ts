// SPDX-License-Identifier: Apache-2.0
// Which keys and units a station has borne, and where in its journal: in memory, some 200 bytes a birth, made from the
// journal when the station starts.

import { nodeHash } from "@natalis/node";
import type { BirthRecord } from "natalis/birth";
import { encodeUtf8 } from "natalis/kernel";
import type { JournalPlace } from "@natalis/node";

export class BirthRegister {
  readonly #keys = new Map<string, number>();
  readonly #units = new Map<string, number>();
  readonly #places: JournalPlace[] = [];
  #latest = 0;

  get count(): number {
    return this.#places.length;
  }

  /** Of the newest birth, Unix seconds. */
  get latest(): number {
    return this.#latest;
  }

  add(record: BirthRecord, place: JournalPlace): void {
    this.#keys.set(shortText(record.keyHash), this.#places.length);
    this.#units.set(unitKey(record), this.#places.length);
    this.#places.push(place);
    this.#latest = Math.max(this.#latest, record.bornAt);
  }

  /** Where the birth of that key is. */
  byKey(keyHash: Uint8Array): JournalPlace | undefined {
    return this.#placeAt(this.#keys.get(shortText(keyHash)));
  }

  /** Where the birth of that unit is. */
  byUnit(unit: Unit): JournalPlace | undefined {
    return this.#placeAt(this.#units.get(unitKey(unit)));
  }

  #placeAt(number: number | undefined): JournalPlace | undefined {
    return number === undefined ? undefined : this.#places[number];
  }
}

/** The maker and the product are one station's. */
export type Unit = Pick<BirthRecord, "model" | "serial">;

export function unitKey({ model, serial }: Unit): string {
  return shortText(nodeHash.sha256(encodeUtf8(JSON.stringify([model, serial]))));
}

/** 128 bits tell hashes apart, and a string of one-byte characters is the smallest key that a Map takes. */
export function shortText(hash: Uint8Array): string {
  return String.fromCharCode(...hash.subarray(0, 16));
}
