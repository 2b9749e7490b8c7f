// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { NatalisError } from "natalis/kernel";
import { Nursery, type PreparedTask } from "./nursery.ts";
import { packed, preparedOf, type ResultSlice, resultOf } from "./slice.ts";
import { makeTestAuthorities, testEquipment, testTask } from "./unsafe-test-nursery.ts";

function sent(results: Parameters<typeof packed>[0]): ResultSlice {
  const { port1, port2 } = new MessageChannel();
  const { results: moved, buffer } = packed(results);
  port1.postMessage({ number: 1, results: moved }, [buffer]);
  const arrived = receiveMessageOnPort(port2) as { message: ResultSlice };
  port1.close();
  return arrived.message;
}

test("signed births arrive as they were, all of a slice in one buffer", async () => {
  const nursery = new Nursery(testEquipment(await makeTestAuthorities()));
  const made: PreparedTask[] = [];
  for (const serial of ["SN-1", "SN-2"]) made.push(await nursery.prepare(await testTask(serial)));
  const expected = structuredClone(made);
  const { results } = sent(made);
  assert.deepEqual(results, expected);
  const buffers = results.flatMap((result) =>
    result.kind === "signed" ? [result.event.record.buffer, result.event.device.id.buffer] : [],
  );
  assert.equal(new Set(buffers).size, 1);
});

test("a refusal arrives with code, meaning and detail", () => {
  const refusal = new NatalisError("NAT_BIRTH_POSSESSION", "The request is not signed.", "by its [key]");
  const [arrived = { kind: "failed", what: "nothing arrived" }] = sent([resultOf(refusal)]).results;
  assert.throws(
    () => preparedOf(arrived),
    (error) => {
      assert.ok(error instanceof NatalisError);
      assert.deepEqual([error.code, error.detail, error.message], [refusal.code, refusal.detail, refusal.message]);
      return true;
    },
  );
});

test("any other error is told as what it is: a failure, with where it came from", () => {
  for (const thrown of [new TypeError("no such thing"), "no such thing"])
    assert.throws(() => preparedOf(resultOf(thrown)), /in a worker: .*no such thing/);
});

test("what is stored has nothing to carry", () => {
  assert.deepEqual(preparedOf(sent([{ kind: "stored" }]).results[0] ?? resultOf("lost")), { kind: "stored" });
});
