// SPDX-License-Identifier: Apache-2.0
// How much of a batch is under way at once: lines by their number, and by their bytes where they are large.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { FastifyReply, FastifyRequest } from "fastify";
import { batchBirths, batchBytes, lineBytes } from "../limits.ts";
import { answerLines } from "./line-batch.ts";

/** Answers lines of so many bytes as long as none more comes; tells how many were under way at most, and the answers. */
async function run(lines: number, bytes: number) {
  const line = Buffer.alloc(bytes + 1, "x").fill("\n", bytes);
  let sent: Readable | undefined;
  const reply = {
    type: () => reply,
    send(body: Readable) {
      sent = body;
      return reply;
    },
  };
  const held: (() => void)[] = [];
  let most = 0;
  const answer = () =>
    new Promise<string>((resolve) => {
      held.push(() => resolve('"status":201'));
      most = Math.max(most, held.length);
    });
  const body = Readable.from(Array.from({ length: lines }, () => line));
  const request = { headers: {}, body, id: "req-1" } as unknown as FastifyRequest;
  answerLines(request, reply as unknown as FastifyReply, { hasRoom: () => true, answer });
  const answers = text(sent as Readable);
  for (let answered = 0, waiting = -1; answered < lines; ) {
    await new Promise((resolve) => setImmediate(resolve));
    if (held.length !== waiting) {
      waiting = held.length;
      continue;
    }
    for (const release of held.splice(0)) {
      release();
      answered += 1;
    }
    waiting = -1;
  }
  return { most, answers: (await answers).trim().split("\n").length };
}

test("small lines are bounded by their number", async () => {
  assert.deepEqual(await run(batchBirths + 10, 100), { most: batchBirths, answers: batchBirths + 10 });
});

test("large lines are bounded by their bytes", async () => {
  const bytes = lineBytes - 1;
  const { most, answers } = await run(80, bytes);
  assert.equal(answers, 80);
  assert.ok(most * bytes <= batchBytes && most > 40 && most < 80, String(most));
});
