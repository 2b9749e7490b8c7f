// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { joinLanes } from "./joined-lane.ts";
import type { Lane } from "./lane.ts";

/** Tells what it is asked. */
function laneOf(name: string, contenders: readonly string[], told: string[]): Lane {
  return {
    facts: { name },
    contenders: contenders.map((contender) => ({ name: contender, role: "beside" })),
    async run(index, milliseconds) {
      told.push(`${name} ${contenders[index]} ${milliseconds}`);
      return [];
    },
    async close() {
      told.push(`${name} closed`);
    },
  };
}

test("every contender runs in its own lane, and the last lane is closed first", async () => {
  const told: string[] = [];
  const joined = joinLanes(laneOf("one", ["a", "b"], told), laneOf("two", ["c"], told));
  assert.deepEqual(
    joined.contenders.map(({ name }) => name),
    ["a", "b", "c"],
  );
  assert.deepEqual(joined.facts, { name: "one" });
  for (const index of [2, 1, 0]) await joined.run(index, 5, 1);
  await joined.close();
  assert.deepEqual(told, ["two c 5", "one b 5", "one a 5", "two closed", "one closed"]);
});
