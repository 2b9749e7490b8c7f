// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, isNatalisError } from "../../kernel/index.ts";
import { readStructure, sized, type TpmReader, uint16, uint32, uint64, uint8 } from "./octets.ts";

const refused = (run: () => unknown) => assert.throws(run, (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"));

test("integers and byte strings come back as they were written", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xff }),
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.uint8Array({ maxLength: 300 }),
      (a, b, c, d, e) => {
        const bytes = concatBytes(uint8(a), uint16(b), uint32(c), uint64(d), sized(e));
        const read = (reader: TpmReader) => [
          reader.uint8(),
          reader.uint16(),
          reader.uint32(),
          reader.uint64(),
          reader.sized(300),
        ];
        assert.deepEqual(readStructure(bytes, read), [a, b, c, d, e]);
      },
    ),
  );
});

test("big-endian", () => {
  assert.deepEqual(uint32(0xff54_4347), Uint8Array.of(0xff, 0x54, 0x43, 0x47));
  assert.deepEqual(uint64(0x0102_0304_0506_0708n), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual(sized(Uint8Array.of(9)), Uint8Array.of(0, 1, 9));
});

test("what is too short, too long or left over is refused", () => {
  for (const length of [0, 1]) refused(() => readStructure(new Uint8Array(length), (reader) => reader.uint16()));
  refused(() => readStructure(Uint8Array.of(0, 2, 1), (reader) => reader.sized(9)));
  refused(() => readStructure(Uint8Array.of(0, 2, 1, 1), (reader) => reader.sized(1)));
  refused(() => readStructure(Uint8Array.of(1, 2), (reader) => reader.uint8()));
  refused(() => readStructure(new Uint8Array(4097), (reader) => reader.rest()));
});

test("the reader tells what it has read and what is left", () => {
  const read = (reader: TpmReader) => {
    const start = reader.position;
    reader.uint16();
    return [reader.since(start), reader.remaining, reader.rest(), reader.remaining];
  };
  assert.deepEqual(readStructure(Uint8Array.of(1, 2, 3), read), [Uint8Array.of(1, 2), 1, Uint8Array.of(3), 0]);
});
