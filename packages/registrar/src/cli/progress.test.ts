// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { countProgress } from "./progress.ts";

/** A stream that collects, and is a terminal or not. */
function streamThat(isTTY: boolean) {
  const stream = new PassThrough().setEncoding("utf8");
  const told = () => String(stream.read() ?? "");
  return { stream: Object.assign(stream, { isTTY, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream, told };
}

test("a terminal sees how much is done and how fast, and keeps its cursor and its Ctrl-C", () => {
  const { stream, told } = streamThat(true);
  const listening = process.listenerCount("SIGINT");
  const progress = countProgress("verified", "lines", stream);
  for (const by of [64, 36]) progress.advance(by);
  assert.equal(process.listenerCount("SIGINT"), listening);
  progress.stop();
  const text = told();
  assert.match(text, /verified 100 lines, \d+\/s/);
  assert.equal(text.includes("\u001b[?25l"), false);
});

test("what is no terminal sees nothing", () => {
  const { stream, told } = streamThat(false);
  const progress = countProgress("verified", "lines", stream);
  progress.advance(64);
  progress.stop();
  assert.equal(told(), "");
});
