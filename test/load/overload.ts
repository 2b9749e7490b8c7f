// SPDX-License-Identifier: Apache-2.0
// Ten times what a registrar can bear, for as long as is said. First its sustainable rate is measured: few connections,
// each asking again when it is answered. Then births are asked for by the clock at ten times that rate, whatever is
// answered, and who is put off comes again at once; who finds every connection waiting for its answer does not get to
// ask, and counts. Then the first again. The units have P-384 keys: to bear one costs so much more than to ask for it
// that one machine can be both sides.

import assert from "node:assert/strict";
import { encodePem } from "natalis/formats";
import { natalis } from "../support/command.ts";
import { PipelinedConnection } from "../support/pipelined-connection.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import type { Scope } from "../support/scope.ts";
import { auditItself } from "./audits.ts";
import { Crowd, type Outcome } from "./crowd.ts";
import { closedLoad, openLoad } from "./loads.ts";
import { peakMiB, residentMiB } from "./resident.ts";
import type { Tell } from "./tell.ts";

export interface OverloadInput {
  readonly seconds: number;
  /** Of either measurement at a sustainable load. */
  readonly calmSeconds?: number;
}

export interface OverloadReport {
  readonly sustainablePerSecond: number;
  readonly seconds: number;
  /** By the clock: asked, or held off because every connection waited for its answer. */
  readonly offeredPerSecond: number;
  readonly askedPerSecond: number;
  /** Offered over the most that was ever born, sustainably or in the flood. */
  readonly times: number;
  readonly bornPerSecond: number;
  readonly putOffPerSecond: number;
  readonly bornP50Ms: number;
  readonly bornP99Ms: number;
  readonly putOffP50Ms: number;
  readonly putOffP99Ms: number;
  /** Largest resident sizes: at the sustainable load, in each third of the flood, in all. */
  readonly calmMiB: number;
  readonly thirdsMiB: readonly number[];
  readonly peakMiB: number;
  readonly afterPerSecond: number;
  /** After over before. */
  readonly recovery: number;
  /** All that were born and stand in the log. */
  readonly births: number;
}

const times = 10;
const calmConnections = 64;
/** The first compiles, and other work on the machine makes each of them less, never more. */
const calmRounds = 3;
/** More than two cores can bear. */
const mostPerSecond = 3_000;
/** Near what a registrar takes: a thousand births wait in it, each of them on a connection of its own. */
const floodConnections = 1_900;
const handshakesAtOnce = 64;
const sampleMilliseconds = 200;
/** More births than are measured will be asked for. */
const spare = 1.3;
/** What the rest of a flood may add to the memory that its first third took. */
const growthMiB = 128;

/** Throws where something else than births and honest refusals is answered, memory grows on, or a birth is lost. */
export async function overload(input: OverloadInput, scope: Scope, tell: Tell): Promise<OverloadReport> {
  const { seconds, calmSeconds = 6 } = input;
  const registrar = await openRegistrar(scope);
  const crowd = new Crowd(await enrol(registrar));
  const calm = () => measureCalm(crowd, registrar, calmSeconds);
  const sustainable = await bestOf(calmRounds, async () => {
    await crowd.grow(mostPerSecond * calmSeconds - crowd.waiting);
    return calm();
  });
  tell.line(`sustainable: ${sustainable} births a second`);
  const calmMiB = residentMiB(registrar.pid);
  await crowd.grow(Math.ceil(sustainable * (seconds + calmSeconds) * spare) + floodConnections);
  tell.line(`${crowd.waiting} requests are made; ${seconds} s of ${times * sustainable} a second begin`);
  const flooded = await flood(crowd, registrar, { perSecond: times * sustainable, seconds });
  tell.line(`${flooded.offeredPerSecond} a second were offered, ${flooded.bornPerSecond} a second were born`);
  const [first = 0, ...later] = flooded.thirdsMiB;
  assert.ok(Math.max(...later) - first < growthMiB, `memory grew: ${flooded.thirdsMiB.join(", ")} MiB`);
  const afterPerSecond = await calm();
  tell.line(`right after: ${afterPerSecond} births a second`);
  const { problems, devices } = await auditItself(registrar);
  assert.deepEqual([problems, devices], [[], crowd.born]);
  const peak = peakMiB(registrar.pid);
  assert.equal((await registrar.stop()).code, 0);
  return {
    sustainablePerSecond: sustainable,
    ...flooded,
    times: Number((flooded.offeredPerSecond / Math.max(sustainable, flooded.bornPerSecond)).toFixed(1)),
    calmMiB,
    peakMiB: peak,
    afterPerSecond,
    recovery: Number((afterPerSecond / sustainable).toFixed(2)),
    births: crowd.born,
  };
}

async function bestOf(rounds: number, measure: () => Promise<number>): Promise<number> {
  let best = 0;
  for (let round = 0; round < rounds; round++) best = Math.max(best, await measure());
  return best;
}

async function enrol({ place }: RunningRegistrar): Promise<string> {
  const words = ["operator", "add", "crowd", "--role", "station", "--product", product, "--data", place.folder];
  return (await natalis(...words)).trim();
}

/** Births a second. */
async function measureCalm(crowd: Crowd, registrar: RunningRegistrar, seconds: number): Promise<number> {
  const connections = await connect(registrar, calmConnections);
  try {
    const taken = await closedLoad(connections, 1000 * seconds, (connection) => crowd.ask(connection));
    const { born, putOff } = crowd.outcome();
    assert.equal(putOff, 0, "nobody is put off at a sustainable load");
    return Math.round(born / taken);
  } finally {
    for (const connection of connections) connection.close();
  }
}

interface Flood {
  readonly perSecond: number;
  readonly seconds: number;
}

async function flood(crowd: Crowd, registrar: RunningRegistrar, { perSecond, seconds }: Flood) {
  const connections = await connect(registrar, floodConnections);
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(residentMiB(registrar.pid)), sampleMilliseconds);
  try {
    const load = { perSecond, milliseconds: 1000 * seconds };
    const { asked, unasked, seconds: taken } = await openLoad(connections, load, (connection) => crowd.ask(connection));
    const outcome = crowd.outcome();
    assert.ok(outcome.putOff > 0, "a flood puts some off");
    const third = Math.ceil(samples.length / 3);
    const thirdsMiB = [0, 1, 2].map((part) => Math.max(...samples.slice(part * third, (part + 1) * third)));
    return {
      seconds: Number(taken.toFixed(1)),
      offeredPerSecond: Math.round((asked + unasked) / taken),
      askedPerSecond: Math.round(asked / taken),
      bornPerSecond: Math.round(outcome.born / taken),
      putOffPerSecond: Math.round(outcome.putOff / taken),
      ...latencies(outcome),
      thirdsMiB,
    };
  } finally {
    clearInterval(sampling);
    for (const connection of connections) connection.close();
  }
}

function latencies({ bornMilliseconds, putOffMilliseconds }: Outcome) {
  const at = (values: readonly number[], share: number) =>
    Number((values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? 0).toFixed(1));
  return {
    bornP50Ms: at(bornMilliseconds, 0.5),
    bornP99Ms: at(bornMilliseconds, 0.99),
    putOffP50Ms: at(putOffMilliseconds, 0.5),
    putOffP99Ms: at(putOffMilliseconds, 0.99),
  };
}

/** Not all at once: a registrar gives up on handshakes that take too long. */
async function connect({ place, trust }: RunningRegistrar, count: number): Promise<PipelinedConnection[]> {
  const roots = trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  const connections: PipelinedConnection[] = [];
  while (connections.length < count) {
    const some = Math.min(handshakesAtOnce, count - connections.length);
    const opening = Array.from({ length: some }, () => PipelinedConnection.open(place.httpsPort, roots));
    connections.push(...(await Promise.all(opening)));
  }
  return connections;
}
