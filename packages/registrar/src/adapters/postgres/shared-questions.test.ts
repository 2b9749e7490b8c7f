// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedQuestions } from "./shared-questions.ts";

/** Questions that are answered when the test says so. */
function asked() {
  const open: PromiseWithResolvers<string>[] = [];
  const ask = () => {
    const question = Promise.withResolvers<string>();
    open.push(question);
    return question.promise;
  };
  return { open, ask };
}

/** What follows from an answer has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("whoever comes while a question is under way hears the next one, and all of them share it", async () => {
  const { open, ask } = asked();
  const questions = new SharedQuestions<string>();
  const first = questions.ask("a", ask);
  const later = [questions.ask("a", ask), questions.ask("a", ask)];
  assert.equal(open.length, 1);
  open[0]?.resolve("before");
  assert.equal(await first, "before");
  await settled();
  assert.equal(open.length, 2);
  const last = questions.ask("a", ask);
  open[1]?.resolve("after");
  assert.deepEqual(await Promise.all(later), ["after", "after"]);
  await settled();
  assert.equal(open.length, 3);
  open[2]?.resolve("last");
  assert.equal(await last, "last");
});

test("a question that nobody shares is asked at once, again each time", async () => {
  const { open, ask } = asked();
  const questions = new SharedQuestions<string>();
  for (const answer of ["one", "two"]) {
    const question = questions.ask("a", ask);
    open.at(-1)?.resolve(answer);
    assert.equal(await question, answer);
    await settled();
  }
  assert.equal(open.length, 2);
});

test("other keys are other questions", () => {
  const { open, ask } = asked();
  const questions = new SharedQuestions<string>();
  void questions.ask("a", ask);
  void questions.ask("b", ask);
  assert.equal(open.length, 2);
});

test("who shares a question that fails hears of it, and who comes next does not", async () => {
  const { open, ask } = asked();
  const questions = new SharedQuestions<string>();
  const first = questions.ask("a", ask);
  const next = questions.ask("a", ask);
  open[0]?.reject(new Error("the line broke"));
  await assert.rejects(first, /the line broke/);
  open[1]?.resolve("there again");
  assert.equal(await next, "there again");
});
