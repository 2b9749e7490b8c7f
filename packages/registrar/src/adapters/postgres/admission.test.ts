// SPDX-License-Identifier: Apache-2.0
// Several registrars on one PostgreSQL database at the bounds of what is allowed: nothing is overrun, nothing that was
// refused leaves a trace, and of two that want the same one gets it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { nodeEntropy, nodeHash as hash } from "@natalis/node";
import { auditLog, type BornEvent, type EventOutcome, type RegistryEvent, Sequencer } from "natalis/registry";
import {
  enrolment,
  madeUpBirth,
  openUnsafeTestLog,
  readMadeUpFacts,
  refusedBirth,
  testOrigin as origin,
  testStart,
  testStation,
} from "natalis/testing";
import { freePort } from "../../cli/ports.ts";
import { openPostgresRegistry, parsePostgresAddress, type PostgresRegistry } from "./index.ts";
import { openTemporaryPostgres, type TemporaryPostgres } from "./temporary-server.ts";

const { signers, trust } = await openUnsafeTestLog();
const mirror = { read: () => undefined, write: () => undefined };
let server: TemporaryPostgres;
const opened: PostgresRegistry[] = [];

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort("127.0.0.1", 0) });
});
after(async () => {
  for (const one of opened) await one.close();
  await server.close();
});

interface Writer {
  readonly stores: PostgresRegistry;
  readonly sequencer: Sequencer;
}

async function writers(count: number): Promise<[Writer, ...Writer[]]> {
  const address = parsePostgresAddress(await server.newDatabase());
  const made: Writer[] = [];
  for (let i = 0; i < count; i++) {
    const stores = await openPostgresRegistry(address);
    opened.push(stores);
    made.push({ stores, sequencer: new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash }) });
  }
  const [first] = made;
  assert.ok(first !== undefined);
  await first.sequencer.commit([enrolment(testStation), enrolment("small", { quota: 7 })], testStart);
  return made as [Writer, ...Writer[]];
}

/** Every writer commits its events, a few a commit, all at once. */
async function race(all: readonly Writer[], events: readonly (readonly RegistryEvent[])[]): Promise<EventOutcome[]> {
  const lines = all.map(async ({ sequencer }, i) => {
    const outcomes: EventOutcome[] = [];
    const own = events[i] ?? [];
    for (let at = 0; at < own.length; at += 3)
      outcomes.push(...(await sequencer.commit(own.slice(at, at + 3), testStart)).outcomes);
    return outcomes;
  });
  return (await Promise.all(lines)).flat();
}

function count(outcomes: readonly EventOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = outcome.kind === "entered" ? "entered" : outcome.error.code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function isClean({ stores }: Writer, devices: number): Promise<void> {
  const report = await auditLog({ stores, origin, readFacts: readMadeUpFacts, ...trust });
  assert.deepEqual([report.problems, report.devices], [[], devices]);
}

const births = (first: number, length: number, rest: (number: number) => BornEvent): BornEvent[] =>
  Array.from({ length }, (_, i) => rest(first + i));

test("a station's quota is not overrun by two processes, and who was refused left nothing", async () => {
  const both = await writers(2);
  const asked = [0, 100].map((first) => births(first, 10, (number) => madeUpBirth(number, { station: "small" })));
  const outcomes = await race(both, asked);
  assert.deepEqual(count(outcomes), { entered: 7, NAT_REGISTRY_QUOTA: 13 });
  const [{ stores }] = both;
  assert.equal((await stores.operators.operator("small"))?.born, 7);
  const refused = asked.flat().filter((_, i) => outcomes[i]?.kind === "refused");
  for (const { device } of refused) {
    const [taken] = await stores.births.takenBy([{ ...device, deviceId: device.id }]);
    assert.equal(taken, undefined);
  }
  await isClean(both[0], 7);
});

test("a product line's quota is not overrun by two processes", async () => {
  const both = await writers(2);
  const bounded = (number: number) => madeUpBirth(number, {}, { terms: { listed: false, quota: 11 } });
  const outcomes = await race(both, [births(0, 12, bounded), births(100, 12, bounded)]);
  assert.deepEqual(count(outcomes), { entered: 11, NAT_REGISTRY_PRODUCT_QUOTA: 13 });
  await isClean(both[0], 11);
});

test("one list at two processes: each unit is born once", async () => {
  const both = await writers(2);
  const serials = Array.from({ length: 12 }, (_, i) => ({ serial: `S-${i}` }));
  await both[0].stores.expectations.expect("meter", serials);
  const listed = (number: number) => madeUpBirth(number, {}, { terms: { listed: true } });
  // The second one's are other devices of the same units' serial numbers, of another model.
  const twins = (number: number) => {
    const twin = madeUpBirth(number + 100, { serial: `S-${number}`, model: "M-2" }, { terms: { listed: true } });
    return twin;
  };
  const outcomes = await race(both, [births(0, 15, listed), births(0, 15, twins)]);
  assert.deepEqual(count(outcomes), { entered: 12, NAT_REGISTRY_NOT_EXPECTED: 18 });
  const [counts] = await both[0].stores.products.productCounts(["meter"]);
  assert.deepEqual(counts, { product: "meter", born: 12, expected: 12, expectedBorn: 12 });
  await isClean(both[0], 12);
});

test("births and withdrawals of the same units by two processes: each unit is one or the other", async () => {
  const [one, other] = await writers(2);
  assert.ok(other !== undefined);
  const total = 60;
  await one.stores.expectations.expect(
    "meter",
    Array.from({ length: total }, (_, i) => ({ serial: `S-${i}` })),
  );
  const listed = (number: number) => madeUpBirth(number, {}, { terms: { listed: true } });
  const withdrawn: string[] = [];
  const withdrawing = (async () => {
    // From the other end, some at a time, in an order of their own.
    for (let at = total; at > 0; at -= 4) {
      const serials = Array.from({ length: 4 }, (_, i) => `S-${at - 1 - i}`);
      const outcomes = await other.stores.expectations.withdraw("meter", serials);
      withdrawn.push(...serials.filter((_, i) => outcomes[i] === "withdrawn"));
    }
  })();
  const outcomes = await race([one], [births(0, total, listed)]);
  await withdrawing;
  const born = outcomes.flatMap((outcome, i) => (outcome.kind === "entered" ? [`S-${i}`] : []));
  assert.equal(new Set([...born, ...withdrawn]).size, total);
  assert.equal(born.length + withdrawn.length, total);
  const rows = await one.stores.expectations.listExpected({ product: "meter", limit: 500 });
  assert.deepEqual(new Set(rows.map(({ serial }) => serial)), new Set(born));
  const [counts] = await one.stores.products.productCounts(["meter"]);
  assert.deepEqual(counts, { product: "meter", born: born.length, expected: born.length, expectedBorn: born.length });
  await isClean(one, born.length);
});

test("evidence and refused births at two processes: once each", async () => {
  const both = await writers(2);
  const evidence = (number: number) => [hash.sha256(Uint8Array.of(number % 10))];
  const spoken = (number: number) => madeUpBirth(number, {}, { evidence: evidence(number) });
  const outcomes = await race(both, [births(0, 10, spoken), births(100, 10, spoken)]);
  assert.deepEqual(count(outcomes), { entered: 10, NAT_REGISTRY_DUPLICATE: 10 });
  const refusals = Array.from({ length: 9 }, (_, i) => refusedBirth(i));
  assert.deepEqual(count(await race(both, [refusals, refusals])), { entered: 9, NAT_REGISTRY_DUPLICATE: 9 });
  await isClean(both[0], 10);
});
