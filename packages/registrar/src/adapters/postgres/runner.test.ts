// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresError } from "./errors.ts";
import { untilAnswered } from "./runner.ts";

const unreachable = postgresError("NAT_POSTGRES_UNREACHABLE", "by the test");

/** Asks until the attempt of that number is answered; tells the pauses between. */
async function pausesUntil(answered: number, error: Error = unreachable): Promise<number[]> {
  const pauses: number[] = [];
  const attempt = async (count: number) => {
    assert.equal(count, pauses.length);
    if (count < answered) throw error;
  };
  await untilAnswered(attempt, async (milliseconds) => pauses.push(milliseconds));
  return pauses;
}

test("what is not answered is asked again, after longer and longer pauses", async () => {
  assert.deepEqual(await pausesUntil(0), []);
  assert.deepEqual(await pausesUntil(4), [50, 100, 200, 400]);
  assert.deepEqual(await pausesUntil(2, postgresError("NAT_POSTGRES_CONFLICT", "by the test")), [50, 100]);
});

test("after about seven seconds it is given up", async () => {
  assert.equal(
    (await pausesUntil(10)).reduce((sum, pause) => sum + pause, 0),
    6550,
  );
  await assert.rejects(pausesUntil(11), { code: "NAT_POSTGRES_UNREACHABLE" });
});

test("what is refused is not asked again", async () => {
  const refused = postgresError("NAT_POSTGRES_REFUSED", "by the test");
  await assert.rejects(pausesUntil(1, refused), { code: "NAT_POSTGRES_REFUSED" });
});
