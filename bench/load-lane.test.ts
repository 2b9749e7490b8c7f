// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { PassThrough, Duplex } from "node:stream";
import test from "node:test";
import { Connection } from "./connection.ts";
import type { Instruments } from "./instruments.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";

/** A server that echoes what it is asked, and counts. */
function echo(asked: string[]): Connection {
  const answers = new PassThrough();
  const requests = new PassThrough().on("data", (request: Buffer) => {
    asked.push(request.toString());
    answers.write(`HTTP/1.1 200 OK\r\ncontent-length: ${request.length}\r\n\r\n${request.toString()}`);
  });
  return new Connection(Duplex.from({ readable: answers, writable: requests }));
}

/** Time that passes by looking at it. */
function lookedAt(): Instruments {
  let now = 0;
  return { wallTime: () => now++, processorTime: () => 0 };
}

function contender(changes: Partial<LoadContender> = {}): LoadContender & { readonly prepared: number[] } {
  const prepared: number[] = [];
  let next = 0;
  return {
    name: "ours",
    role: "work",
    prepared,
    prepare: (milliseconds) => void prepared.push(milliseconds),
    request: () => Buffer.from(`request ${next++}`),
    check: () => undefined,
    ...changes,
  };
}

function laneOf(ours: LoadContender, connections: readonly Connection[], close = () => Promise.resolve()) {
  const left = [...connections];
  const connect = () => Promise.resolve(left.shift() as Connection);
  return loadLane({ contenders: [ours], connections: connections.length, instruments: lookedAt(), connect, close });
}

test("every connection asks again until the turn is over, each time something else", async () => {
  const asked: string[][] = [[], [], []];
  const ours = contender();
  const [slice] = await laneOf(ours, asked.map(echo)).run(0, 100, 1);
  const all = asked.flat();
  assert.deepEqual([slice?.operations, slice?.latencies.length], [all.length, all.length]);
  assert.equal(new Set(all).size, all.length);
  assert.ok(asked.every(({ length }) => length > 5));
  assert.deepEqual(ours.prepared, [100]);
});

test("a turn is over early where a server takes no more", async () => {
  const [slice] = await laneOf(contender({ mostPerConnection: 3 }), [echo([]), echo([])]).run(0, 1_000_000, 1);
  assert.equal(slice?.operations, 6);
});

test("a request may be about many units, and takes its time as one", async () => {
  const [slice] = await laneOf(contender({ mostPerConnection: 3, unitsPerRequest: 10 }), [echo([])]).run(0, 1e6, 1);
  assert.deepEqual([slice?.operations, slice?.latencies.length], [30, 3]);
});

test("a wrong answer fails the turn, and its connections are closed", async () => {
  const check = ({ body }: { readonly body: Buffer }) => {
    throw new Error(`wrong: ${body.toString()}`);
  };
  const connection = echo([]);
  await assert.rejects(laneOf(contender({ check }), [connection]).run(0, 10, 1), /wrong: request 0/);
  await assert.rejects(connection.ask(Buffer.from("more")));
});

test("closing ends what was measured", async () => {
  let closed = 0;
  await laneOf(contender(), [], () => {
    closed++;
    return Promise.resolve();
  }).close();
  assert.equal(closed, 1);
});

test("connections are counted from 0 in each turn, so that they can be spread over servers", async () => {
  const places: number[] = [];
  const connect = async (_contender: number, place: number) => {
    places.push(place);
    return echo([]);
  };
  const close = () => Promise.resolve();
  const given = { contenders: [contender()], connections: 3, instruments: lookedAt(), connect, close };
  const lane = loadLane({ ...given, facts: { registrars: 2 } });
  for (const milliseconds of [5, 5]) await lane.run(0, milliseconds, 1);
  assert.deepEqual([places, lane.facts], [[0, 1, 2, 0, 1, 2], { registrars: 2 }]);
});
