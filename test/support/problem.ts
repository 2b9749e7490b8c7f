// SPDX-License-Identifier: Apache-2.0
// What every refusal over HTTP must be: a problem document (RFC 9457) with a stable code, and nothing that should not
// be told.

import assert from "node:assert/strict";
import type { Answer } from "./client.ts";

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance: string;
}

const members = ["code", "detail", "instance", "status", "title", "type"];

/** Checks the form of a refusal and answers its text. */
export function assertProblem(answer: Answer, status: number, code: string): Problem {
  assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/, answer.text);
  const problem = JSON.parse(answer.text) as Problem;
  assert.deepEqual([problem.code, answer.status, problem.status], [code, status, status], answer.text);
  assert.deepEqual(Object.keys(problem).toSorted(), members);
  assert.equal(problem.type, `urn:natalis:error:${code}`);
  assert.ok(problem.title.length > 10 && problem.instance.length > 0, answer.text);
  assert.doesNotMatch(answer.text, /\bat .*\.(?:ts|js):\d+|node_modules|PRIVATE KEY|nat_[A-Za-z0-9_-]{43}/);
  return problem;
}
