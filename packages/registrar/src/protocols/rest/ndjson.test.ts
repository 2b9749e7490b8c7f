// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { type LineLimits, linesOf } from "./ndjson.ts";

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function read(text: string, limits: Partial<LineLimits> = {}, sizes: readonly number[] = [1 << 20]) {
  const lines: [number, string][] = [];
  for await (const { number, bytes } of linesOf(chunksOf(encodeUtf8(text), sizes), {
    lineBytes: 100,
    lines: 100,
    ...limits,
  }))
    lines.push([number, decodeUtf8(bytes)]);
  return lines;
}

test("lines are those of the text, however it is cut into chunks", async () => {
  const lines = fc.array(fc.stringMatching(/^[a-z{}": é]{0,20}$/), { maxLength: 20 });
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(lines, sizes, fc.boolean(), async (texts, cuts, isEnded) => {
      const expected = texts.map((text, i): [number, string] => [i + 1, text]).filter(([, text]) => text !== "");
      assert.deepEqual(await read(texts.join("\n") + (isEnded ? "\n" : ""), {}, cuts), expected);
    }),
  );
});

test("nothing has no lines, and empty lines are passed over and counted", async () => {
  assert.deepEqual(await read(""), []);
  assert.deepEqual(await read("\n\na\n"), [[3, "a"]]);
});

const tooLarge = { code: "NAT_HTTP_TOO_LARGE" };

test("a line as long as may be is read, a longer one is not, nor one that never ends", async () => {
  assert.deepEqual(await read(`${"a".repeat(100)}\n`, {}, [7]), [[1, "a".repeat(100)]]);
  await assert.rejects(read(`b\n${"a".repeat(101)}\n`), { ...tooLarge, detail: "line 2 has more than 100 bytes" });
  await assert.rejects(read("a".repeat(101), {}, [10]), tooLarge);
});

test("as many lines as may be are read, and not one more", async () => {
  assert.equal((await read("a\n".repeat(3), { lines: 3 })).length, 3);
  await assert.rejects(read("a\n".repeat(4), { lines: 3 }), { ...tooLarge, detail: "more than 3 lines" });
});
