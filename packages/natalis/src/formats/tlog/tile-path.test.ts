// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError } from "../../kernel/index.ts";
import { entriesPath, parseTilePath, tilePath } from "./tile-path.ts";

const code = "NAT_TLOG_TILE_PATH";
const indexes = fc.integer({ min: 0, max: 2 ** 45 - 1 });
const widths = fc.integer({ min: 1, max: 256 });

test("the examples of C2SP tlog-tiles", () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067 }, 256), "tile/0/x001/x234/067");
  // A tree of 70,000 leaves has these partial tiles.
  assert.equal(tilePath({ level: 0, index: 273 }, 112), "tile/0/273.p/112");
  assert.equal(tilePath({ level: 1, index: 1 }, 17), "tile/1/001.p/17");
  assert.equal(tilePath({ level: 2, index: 0 }, 1), "tile/2/000.p/1");
  assert.equal(entriesPath(999, 256), "tile/entries/999");
  assert.equal(entriesPath(1000, 5), "tile/entries/x001/000.p/5");
});

test("every path is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 63 }), indexes, widths, (level, index, width) => {
      const id = { level, index };
      assert.deepEqual(parseTilePath(tilePath(id, width)), { kind: "tile", id, width });
      assert.deepEqual(parseTilePath(entriesPath(index, width)), { kind: "entries", index, width });
    }),
  );
});

test("refuses every other way to write a path", () => {
  const refused = [
    "",
    "tile",
    "/tile/0/000",
    "tile/0",
    "tile/0/",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/leaves/000",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/000",
    "tile/0/x001/x001",
    "tile/0/001/001",
    "tile/0/x001/1",
    "tile/0/X001/001",
    "tile/0/000/",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/1/",
    "tile/0/000.p/1.p/1",
    "tile/0/000?x",
    "tile/0/000\n",
    "tile/../000",
    "tile/0/x035/x184/x372/x088/832",
    `tile/0/${"x999/".repeat(1000)}999`,
  ];
  for (const text of refused) assert.throws(() => parseTilePath(text), { code }, text.slice(0, 40));
});

test("whatever is read is the one way to write it", () => {
  const characters = fc.constantFrom(..."tile/entries.px0123456789".split(""));
  const paths = fc.tuple(indexes, widths).map(([index, width]) => tilePath({ level: 1, index }, width));
  const bent = fc.tuple(paths, fc.nat(40), fc.nat(2), fc.string({ unit: characters, maxLength: 2 }));
  fc.assert(
    fc.property(bent, ([path, at, cut, insert]) => {
      const text = path.slice(0, at) + insert + path.slice(at + cut);
      try {
        const found = parseTilePath(text);
        assert.equal(
          found.kind === "tile" ? tilePath(found.id, found.width) : entriesPath(found.index, found.width),
          text,
        );
      } catch (error) {
        assert.ok(isNatalisError(error, code), String(error));
      }
    }),
  );
});

test("writes no path that no tile has", () => {
  for (const level of [-1, 64, 0.5, Number.NaN]) assert.throws(() => tilePath({ level, index: 0 }, 1), { code });
  for (const index of [-1, 0.5, 2 ** 53]) assert.throws(() => entriesPath(index, 1), { code });
  for (const width of [0, 257, 1.5]) assert.throws(() => entriesPath(0, width), { code });
});
