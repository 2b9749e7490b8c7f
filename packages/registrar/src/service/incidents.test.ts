// SPDX-License-Identifier: Apache-2.0
// What of refused births is entered, once, and what of a flood; and that nobody waits for it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { pipelineError } from "../pipeline/errors.ts";
import { type RefusedBirthEvent, registryError } from "natalis/registry";
import { type IncidentLimits, type IncidentTold, Incidents, type RefusedAttempt } from "./incidents.ts";

const limits: IncidentLimits = { burst: 3, refillMilliseconds: 1000, remembered: 100, waitMilliseconds: 1000 };
const bytes = (number: number) => new Uint8Array(32).fill(number);
const attempt = (number: number, changes: Partial<RefusedAttempt> = {}): RefusedAttempt => ({
  station: "line-1",
  code: "NAT_BIRTH_KEY_REUSED",
  keyHash: bytes(number),
  unitTag: bytes(number + 100),
  ...changes,
});

let at: number;
let events: RefusedBirthEvent[];
let told: IncidentTold[];
/** What becomes of the next event; absent: it is entered. */
let fate: (() => Promise<never>) | undefined;

beforeEach(() => {
  [at, events, told, fate] = [0, [], [], undefined];
});

const clock = { now: () => new Date(at) };
const queue = {
  async submit(event: RefusedBirthEvent) {
    if (fate !== undefined) return fate();
    events.push(event);
    return { kind: "entered", index: events.length, entry: bytes(0), salt: bytes(0), receipt: "" } as const;
  },
};

function incidentsOf(changes: Partial<IncidentLimits> = {}): Incidents {
  const incidents = new Incidents(queue, clock, { ...limits, ...changes });
  incidents.listen((one) => told.push(one));
  return incidents;
}

const entered = () => events.map(({ keyHash, unrecorded = 0 }) => [keyHash[0], unrecorded]);

test("an attempt is entered with all that is known of it, and told", async () => {
  const deviceId = new Uint8Array(16).fill(7);
  await incidentsOf().note(attempt(1, { deviceId }));
  const { station, code, keyHash, unitTag } = attempt(1);
  assert.deepEqual(events, [{ type: "birth-refused", actor: station, station, code, keyHash, unitTag, deviceId }]);
  assert.deepEqual(told, [{ ...attempt(1, { deviceId }), unrecorded: 0, entry: 1 }]);
});

test("the same attempt is entered once, also where it comes twice at once; another station's is another", async () => {
  const incidents = incidentsOf();
  await Promise.all([incidents.note(attempt(1)), incidents.note(attempt(1)), incidents.note(attempt(1))]);
  await incidents.note(attempt(1));
  await incidents.note(attempt(1, { code: "NAT_BIRTH_UNIT_REUSED" }));
  await incidents.note(attempt(1, { station: "line-2" }));
  assert.equal(events.length, 3);
});

test("of a flood so many are entered; the rest is counted in the next entry", async () => {
  const incidents = incidentsOf();
  for (let number = 1; number <= 10; number++) await incidents.note(attempt(number));
  assert.deepEqual(entered(), [
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  at += 1000;
  await incidents.note(attempt(11));
  await incidents.note(attempt(12));
  assert.deepEqual(entered().slice(3), [[11, 7]]);
  await incidents.close();
  assert.deepEqual(entered().slice(4), [[12, 0]]);
});

test("one station's flood is no other station's", async () => {
  const incidents = incidentsOf();
  for (let number = 1; number <= 5; number++) await incidents.note(attempt(number));
  await incidents.note(attempt(1, { station: "line-2" }));
  assert.deepEqual(
    events.map(({ station }) => station),
    ["line-1", "line-1", "line-1", "line-2"],
  );
});

test("what is left of a flood is entered after a while, the last one for all", async () => {
  const incidents = incidentsOf({ refillMilliseconds: 20 });
  for (let number = 1; number <= 6; number++) await incidents.note(attempt(number));
  assert.equal(events.length, 3);
  at += 20;
  for (let waited = 0; events.length < 4 && waited < 200; waited++) await wait(10);
  assert.deepEqual(entered().at(-1), [6, 2]);
});

test("time gives back what was used, to the full and not beyond", async () => {
  const incidents = incidentsOf();
  for (let number = 1; number <= 3; number++) await incidents.note(attempt(number));
  at += 1_000_000;
  for (let number = 11; number <= 20; number++) await incidents.note(attempt(number));
  assert.deepEqual(entered().slice(3), [
    [11, 0],
    [12, 0],
    [13, 0],
  ]);
});

test("a clock that jumps back takes nothing away and gives nothing", async () => {
  at = 5000;
  const incidents = incidentsOf();
  await incidents.note(attempt(1));
  at = 0;
  for (let number = 2; number <= 5; number++) await incidents.note(attempt(number));
  assert.equal(events.length, 3);
});

test("what the registry has already is done", async () => {
  fate = async () => Promise.reject(registryError("NAT_REGISTRY_DUPLICATE", "refusal"));
  const incidents = incidentsOf();
  await incidents.note(attempt(1));
  fate = undefined;
  await incidents.note(attempt(1));
  assert.deepEqual([events, told], [[], []]);
});

test("an entry that cannot be made fails nobody, is told, counted, and made later", async () => {
  const full = pipelineError("NAT_PIPELINE_FULL", "4096 events");
  fate = async () => Promise.reject(full);
  const incidents = incidentsOf();
  await incidents.note(attempt(1));
  assert.deepEqual(told, [{ ...attempt(1), unrecorded: 1, error: full }]);
  fate = undefined;
  await incidents.note(attempt(2));
  assert.deepEqual(entered(), [[2, 1]]);
  await incidents.note(attempt(1));
  assert.deepEqual(entered(), [
    [2, 1],
    [1, 0],
  ]);
});

test("a refusal does not wait for a registry that stands still", async () => {
  fate = () => new Promise<never>(() => undefined);
  await incidentsOf({ waitMilliseconds: 5 }).note(attempt(1));
  assert.deepEqual(told, []);
});

test("no more attempts are remembered than may be", async () => {
  const incidents = incidentsOf({ burst: 100, remembered: 2 });
  for (const number of [1, 2, 3, 1]) await incidents.note(attempt(number));
  assert.deepEqual(
    entered().map(([number]) => number),
    [1, 2, 3, 1],
  );
});
