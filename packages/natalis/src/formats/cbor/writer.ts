// SPDX-License-Identifier: Apache-2.0
// Writes deterministic CBOR (RFC 8949 section 4.2.1) item by item straight into a buffer that serves again and again. A
// birth has a budget of microseconds, of which the general codec would take a good part; whoever writes this way has
// tests that hold the bytes against that codec.

import { encodeUtf8 } from "../../kernel/index.ts";

export const majorTypes = { unsigned: 0, bytes: 2, text: 3, array: 4, map: 5 } as const;

const initialLength = 1024;
const maximumHeadLength = 9;

export class CborWriter {
  #bytes = new Uint8Array(initialLength);
  #length = 0;

  /** Begins anew: what `written` gave out before is overwritten. */
  reset(): void {
    this.#length = 0;
  }

  /** The head of an item in its shortest form; of an unsigned integer that is all. */
  head(majorType: number, value: number): void {
    this.#reserve(maximumHeadLength);
    const major = majorType << 5;
    if (value < 24) this.#octets(major | value, 0, 0);
    else if (value < 0x100) this.#octets(major | 24, value, 1);
    else if (value < 0x1_0000) this.#octets(major | 25, value, 2);
    else if (value < 0x1_0000_0000) this.#octets(major | 26, value, 4);
    else this.#octets(major | 27, value, 8);
  }

  bytes(value: Uint8Array): void {
    this.head(majorTypes.bytes, value.length);
    this.encoded(value);
  }

  text(value: string): void {
    if (this.#asciiText(value)) return;
    const utf8 = encodeUtf8(value);
    this.head(majorTypes.text, utf8.length);
    this.encoded(utf8);
  }

  /** Bytes that are encoded already. */
  encoded(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Map entries: a small key, then the value. */
  numberField(key: number, value: number): void {
    this.head(majorTypes.unsigned, key);
    this.head(majorTypes.unsigned, value);
  }

  bytesField(key: number, value: Uint8Array): void {
    this.head(majorTypes.unsigned, key);
    this.bytes(value);
  }

  textField(key: number, value: string): void {
    this.head(majorTypes.unsigned, key);
    this.text(value);
  }

  /** The head of a list of so many items under a key. */
  listField(key: number, items: number): void {
    this.head(majorTypes.unsigned, key);
    this.head(majorTypes.array, items);
  }

  /** A view of what was written, good until the next `reset`. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Most texts are ASCII and short: character by character is faster than an encoder. False if it is not all ASCII. */
  #asciiText(value: string): boolean {
    const start = this.#length;
    this.head(majorTypes.text, value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.#length = start;
        return false;
      }
      this.#bytes[this.#length + i] = code;
    }
    this.#length += value.length;
    return true;
  }

  #octets(first: number, value: number, count: number): void {
    this.#bytes[this.#length++] = first;
    for (let i = count - 1; i >= 0; i--) this.#bytes[this.#length++] = Math.floor(value / 256 ** i) % 256;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * needed);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
