// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { encodeUtf8 } from "natalis/kernel";
import { Crew } from "./crew.ts";

/** Answers each line with its text and its thread, but for the lines at which it dies. */
const script = `
  const { parentPort, threadId } = require("node:worker_threads");
  parentPort.on("message", (slice) => {
    const lines = Buffer.from(slice).toString().trimEnd().split("\\n");
    if (lines.some((line) => line.includes("throw"))) throw new Error("at " + lines.length + " lines");
    if (lines.some((line) => line.includes("exit"))) process.exit(3);
    if (lines.some((line) => line.includes("memory"))) for (const all = []; ; ) all.push(new Array(1e5).fill({}));
    parentPort.postMessage(lines.map((line) => line + " by " + threadId));
  });
  parentPort.postMessage("ready");
`;

function crewOf(t: TestContext, size: number, text = script) {
  let started = 0;
  const start = () => {
    started++;
    return new Worker(text, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 24 }, stderr: true });
  };
  const crew = new Crew({ size, start });
  t.after(() => crew.close());
  const ask = async (...lines: string[]) =>
    (await crew.answer(encodeUtf8(lines.map((line) => `${line}\n`).join("")))).map((line) =>
      line.replace(/ by \d+$/, ""),
    );
  return { crew, ask, started: () => started };
}

test("a slice's lines are answered in their order", async (t) => {
  const { ask } = crewOf(t, 1);
  assert.deepEqual(await ask("a", "b", "c"), ["a", "b", "c"]);
  assert.deepEqual(await ask("d"), ["d"]);
});

test("workers are started when there is work for them, and no more than allowed", async (t) => {
  const { ask, started } = crewOf(t, 2);
  await ask("a");
  await ask("b");
  assert.equal(started(), 1);
  const all = await Promise.all(["c", "d", "e", "f", "g"].map((line) => ask(line)));
  assert.deepEqual(all.flat(), ["c", "d", "e", "f", "g"]);
  assert.equal(started(), 2);
});

test("the bytes of a slice stay the caller's, of a view no more than the view is sent", async (t) => {
  const { crew, ask } = crewOf(t, 1);
  const buffer = Buffer.from("before\na\nafter\n");
  const [answer] = await crew.answer(buffer.subarray(7, 9));
  assert.match(answer ?? "", /^a by /);
  assert.equal(buffer.toString(), "before\na\nafter\n");
  assert.deepEqual(await ask("a"), ["a"]);
});

for (const [death, why] of [
  ["throw", "Error: at 1 lines"],
  ["exit", "its thread ended"],
  ["memory", "out of memory|memory limit"],
] as const)
  test(`a line at which workers die (${death}) is answered as a failure, and the others as ever`, async (t) => {
    const { ask } = crewOf(t, 2);
    const line = `{"id":"${death}"}`;
    const [a, killed = "", b] = await ask("a", line, "b");
    assert.deepEqual([a, b], ["a", "b"]);
    const { reason, ...told } = JSON.parse(killed) as { reason: string };
    assert.deepEqual(told, { id: death, valid: false, code: "NAT_CLIENT_INTERNAL", certificate: null });
    assert.match(reason, new RegExp(why));
    assert.deepEqual(await ask("c"), ["c"]);
  });

test("a deadly line that is no question has no id", async (t) => {
  const { ask } = crewOf(t, 1);
  const [told = ""] = await ask("throw");
  assert.equal(JSON.parse(told).id, null);
});

test("workers that do not start fail what is asked, and are not started for ever", async (t) => {
  const { ask, started } = crewOf(t, 1, "throw new Error('no module')");
  await assert.rejects(ask("a", "b"), (error: Error) => /no module/.test(String(error.cause)));
  assert.equal(started(), 1);
});

test("closing ends what is under way", async (t) => {
  const { crew, ask } = crewOf(t, 1, script.replace("parentPort.postMessage(lines", "0 && (lines"));
  await assert.rejects(async () => {
    const asked = ask("a", "b");
    asked.catch(() => undefined);
    await crew.close();
    await asked;
  }, /did not start or was ended/);
});
