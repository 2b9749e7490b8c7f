// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { linesOf, slicesOf } from "./slices.ts";

async function* streamOf(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield encodeUtf8(chunk);
}

/** The lines of a stream, "!" for one that was passed over; and how many slices they came in. */
async function cut(chunks: readonly string[], longest?: number): Promise<{ lines: string[]; slices: number }> {
  const lines: string[] = [];
  let slices = 0;
  for await (const slice of slicesOf(streamOf(chunks), longest)) {
    slices++;
    lines.push(...("lines" in slice ? linesOf(slice.lines).map(decodeUtf8) : ["!"]));
  }
  return { lines, slices };
}

const streams: readonly (readonly [chunks: string[], lines: string[]])[] = [
  [[], []],
  [[""], []],
  [["a"], ["a"]],
  [["a\n"], ["a"]],
  [["a\nb"], ["a", "b"]],
  [["\n\na\n"], ["", "", "a"]],
  [
    ["a", "b\nc", "", "d\n", "e\n"],
    ["ab", "cd", "e"],
  ],
  [["a\r\nb\r\n"], ["a\r", "b\r"]],
];
for (const [chunks, lines] of streams)
  test(`${JSON.stringify(chunks)} has ${lines.length} lines`, async () => {
    assert.deepEqual((await cut(chunks)).lines, lines);
  });

test("however a stream comes in chunks, its lines are the same", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é"), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 5 })), async (lines, cuts) => {
      const text = lines.map((one) => `${one}\n`).join("");
      const chunks: string[] = [];
      let rest = text;
      for (const length of cuts) {
        chunks.push(rest.slice(0, length));
        rest = rest.slice(length);
      }
      assert.deepEqual((await cut([...chunks, rest])).lines, lines);
    }),
  );
});

test("whole lines come with their chunk, not with the next one", async () => {
  const released: string[] = [];
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield encodeUtf8("a\nb\nc");
    assert.deepEqual(released, ["a\nb\n"]);
    yield encodeUtf8("d\n");
    assert.deepEqual(released, ["a\nb\n", "cd\n"]);
  }
  for await (const slice of slicesOf(stream())) if ("lines" in slice) released.push(decodeUtf8(slice.lines));
});

test("a line that is too long is told once and passed over, wherever it ends", async () => {
  assert.deepEqual((await cut(["ok\n", "12345", "67890", "x\nnext", "\n"], 10)).lines, ["ok", "!", "next"]);
  assert.deepEqual((await cut(["12345", "6789", "\nnext\n"], 10)).lines, ["123456789", "next"]);
  assert.deepEqual((await cut(["12345", "67890\nnext\n"], 10)).lines, ["!", "next"]);
  assert.deepEqual((await cut(["12345", "67890", "12345", "67890"], 10)).lines, ["!"]);
  assert.deepEqual((await cut(["12345", "67890x", "\n", "12345", "67890x\n"], 10)).lines, ["!", "!"]);
});

test("a line in very many parts is put together", async () => {
  const parts = Array.from({ length: 20_000 }, () => "x");
  const { lines, slices } = await cut([...parts, "\n"]);
  assert.deepEqual([lines.map(({ length }) => length), slices], [[20_000], 1]);
});
