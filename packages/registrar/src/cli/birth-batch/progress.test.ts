// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { batchProgress } from "./progress.ts";

function streamThat(isTTY: boolean) {
  const stream = new PassThrough().setEncoding("utf8");
  const told = () => String(stream.read() ?? "");
  return { stream: Object.assign(stream, { isTTY, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream, told };
}

test("without a terminal, a line at every tenth, with rate and what is left", () => {
  const { stream, told } = streamThat(false);
  let now = 0;
  const progress = batchProgress(1000, stream, () => now);
  for (let i = 0; i < 20; i++) {
    now += 100;
    progress.advance(50);
  }
  progress.stop();
  const lines = told().trimEnd().split("\n");
  assert.equal(lines.length, 10);
  assert.deepEqual(
    [lines[0], lines[9]],
    ["births: 100 of 1000, 500/s, 2 s left", "births: 1000 of 1000, 500/s, 0 s left"],
  );
});

test("on a terminal a bar, that keeps the cursor and Ctrl-C", () => {
  const { stream, told } = streamThat(true);
  const listening = process.listenerCount("SIGINT");
  const progress = batchProgress(10, stream);
  progress.advance(10);
  assert.equal(process.listenerCount("SIGINT"), listening);
  progress.stop();
  const text = told();
  assert.match(text, /100% 10\/10, \d+\/s, .*left/);
  assert.equal(text.includes("\u001b[?25l"), false);
});

test("what is provisional is told apart, as soon as there is some", () => {
  for (const isTTY of [false, true]) {
    const { stream, told } = streamThat(isTTY);
    const progress = batchProgress(10, stream, () => 0);
    progress.advance(5);
    progress.advance(5, 3);
    progress.stop();
    const [first, last] = told().split(/left/).slice(-2);
    assert.match(`${last}`, /^, 3 provisional/);
    assert.doesNotMatch(`${first}`, /provisional/);
  }
});

test("nothing to do is nothing to tell", () => {
  const { stream, told } = streamThat(false);
  batchProgress(0, stream).stop();
  assert.equal(told(), "");
});
