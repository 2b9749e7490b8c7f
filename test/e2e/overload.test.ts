// SPDX-License-Identifier: Apache-2.0
// Far more births are asked for than can be borne: who cannot be served is told so at once, memory is bounded, and when
// it is over everybody is served again.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { encodePem } from "natalis/formats";
import { type PipelinedAnswer, PipelinedConnection } from "../support/pipelined-connection.ts";
import { openRegistrar, readToken, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { birthOf, makeDevice, type SoftwareDevice } from "../support/software-device.ts";

/** A registrar holds a thousand births at once. These ask for more than that, again and again. */
const connections = 640;
const atOnce = 2;
const rounds = 3;
/** What a flood may add to the memory that the flood before it took. */
const growthMiB = 128;

const scope = scopeOf({ after });
let registrar: RunningRegistrar;
let lines: PipelinedConnection[];

before(async () => {
  registrar = await openRegistrar(scope);
  const roots = registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  const { httpsPort } = registrar.place;
  lines = await Promise.all(Array.from({ length: connections }, () => PipelinedConnection.open(httpsPort, roots)));
  scope.defer(() => {
    for (const line of lines) line.close();
  });
});

test("an overloaded registrar says so, keeps its memory, loses nothing, and recovers at once", async () => {
  const calm = await devicesOf(256, "CALM");
  assert.deepEqual(statusesOf(await askAtOnce(calm)), { 201: calm.length });
  const many = await devicesOf(connections * atOnce, "FLOOD");
  const first = await flood(many);
  const second = await flood(many);
  const answers = [...first.answers, ...second.answers];
  const { 201: born = 0, 200: again = 0, 503: putOff = 0, ...others } = statusesOf(answers);
  assert.deepEqual(others, {});
  assert.ok(born > 0 && putOff > 0, `${born} born, ${again} asked for again, ${putOff} put off`);
  assert.ok(second.peak - first.peak < growthMiB, `memory grew from ${first.peak} to ${second.peak} MiB`);
  answers.filter(({ status }) => status === 503).forEach(isHonest);
  // Right after: nobody is put off any more, and whoever was is born now.
  const late = await askInTurn(many);
  assert.deepEqual(Object.keys(statusesOf(late)).toSorted(), born === many.length ? ["200"] : ["200", "201"]);
  const fresh = await devicesOf(256, "FRESH");
  assert.deepEqual(statusesOf(await askAtOnce(fresh)), { 201: fresh.length });
});

/** Everybody asks for everything at once, and again as soon as everything is answered. */
async function flood(devices: readonly SoftwareDevice[]) {
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMiB());
  }, 20);
  const answers: PipelinedAnswer[] = [];
  try {
    for (let round = 0; round < rounds; round++) answers.push(...(await askAtOnce(devices)));
  } finally {
    clearInterval(watch);
  }
  return { answers, peak };
}

function devicesOf(count: number, name: string): Promise<SoftwareDevice[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => makeDevice(`${name}-${i}`)));
}

/** Nobody waits for an answer before asking for the next birth. */
function askAtOnce(devices: readonly SoftwareDevice[]): Promise<PipelinedAnswer[]> {
  return Promise.all(
    devices.map((device, i) => (lines[i % connections] as PipelinedConnection).ask(requestFor(device))),
  );
}

/** A few hundred at a time. */
async function askInTurn(devices: readonly SoftwareDevice[]): Promise<PipelinedAnswer[]> {
  const answers: PipelinedAnswer[] = [];
  for (let first = 0; first < devices.length; first += connections / 2)
    answers.push(...(await askAtOnce(devices.slice(first, first + connections / 2))));
  return answers;
}

function requestFor(device: SoftwareDevice): string {
  const body = JSON.stringify(birthOf(device));
  const head = [
    "POST /births HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${readToken(registrar.place)}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function statusesOf(answers: readonly PipelinedAnswer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function isHonest({ head, body }: PipelinedAnswer): void {
  assert.match(head, /\r\nretry-after: 1\r\n/i);
  assert.equal((JSON.parse(body) as { code: string }).code, "NAT_PIPELINE_FULL");
}

function residentMiB(): number {
  const status = readFileSync(`/proc/${registrar.pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}
