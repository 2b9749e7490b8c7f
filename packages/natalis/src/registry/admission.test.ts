// SPDX-License-Identifier: Apache-2.0
// What a commit sees to beside keys and units being new: product quotas, lists of expected units, stations' windows,
// evidence, and refused births as entries.

import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import fc from "fast-check";
import { portableHash } from "../kernel/index.ts";
import {
  enrolment,
  madeUpBirth,
  openUnsafeTestLog,
  readMadeUpFacts,
  refusedBirth,
  testOrigin,
  testStart,
  type UnsafeTestLog,
} from "../testing/index.ts";
import { auditLog } from "./audit/index.ts";
import { parseRefusedBirthBody } from "./body.ts";
import { entryTypes, parsePublicEntry } from "./entry.ts";
import type { BornEvent, RegistryEvent } from "./events.ts";
import type { StoredEntry } from "./ports.ts";
import type { EventOutcome } from "./sequencer.ts";

const hash = portableHash;
const listed = (number: number, quota?: number): BornEvent =>
  madeUpBirth(number, {}, { terms: { listed: true, ...(quota !== undefined && { quota }) } });
const bounded = (number: number, quota: number): BornEvent =>
  madeUpBirth(number, {}, { terms: { listed: false, quota } });
const digest = (number: number) => new Uint8Array(32).fill(number);
const withEvidence = (number: number, ...evidence: number[]) =>
  madeUpBirth(number, {}, { evidence: evidence.map(digest) });
const unitsOf = (...numbers: number[]) => numbers.map((number) => ({ serial: `S-${number}` }));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

let log: UnsafeTestLog;

beforeEach(async () => {
  log = await openUnsafeTestLog();
});

function told(outcomes: readonly EventOutcome[]): string[] {
  return outcomes.map((outcome) => (outcome.kind === "entered" ? "entered" : outcome.error.code));
}

async function became(...events: RegistryEvent[]): Promise<string[]> {
  return told(await log.commit(...events));
}

async function expect(...numbers: number[]): Promise<void> {
  await log.registry.stores.expectations.expect("meter", unitsOf(...numbers));
}

async function withdraw(...numbers: number[]): Promise<readonly string[]> {
  const serials = unitsOf(...numbers).map(({ serial }) => serial);
  return log.registry.stores.expectations.withdraw("meter", serials);
}

/** The counts of "meter": born, expected, born of the list. */
async function counts(): Promise<number[]> {
  const [row] = await log.registry.stores.products.productCounts(["meter"]);
  return [row?.born, row?.expected, row?.expectedBorn].map(Number);
}

async function isClean(): Promise<void> {
  const { registry, mirror, trust } = log;
  const { stores } = registry;
  const input = { stores, mirror, origin: testOrigin, readFacts: readMadeUpFacts, ...trust };
  assert.deepEqual((await auditLog(input)).problems, []);
}

suite("a product line's quota", () => {
  test("is used up within a batch and over batches, and whoever is beyond it is told", async () => {
    const outcomes = await became(...upTo(4).map((number) => bounded(number, 3)));
    assert.deepEqual(outcomes, ["entered", "entered", "entered", "NAT_REGISTRY_PRODUCT_QUOTA"]);
    assert.deepEqual(await became(bounded(4, 3)), ["NAT_REGISTRY_PRODUCT_QUOTA"]);
    assert.deepEqual(await became(bounded(5, 4)), ["entered"]);
    assert.deepEqual(await counts(), [4, 0, 0]);
    await isClean();
  });

  test("counts births that had no bound, and those of another product line for themselves", async () => {
    await log.commit(madeUpBirth(0), madeUpBirth(1, { product: "valve" }));
    const outcomes = await became(bounded(2, 1), madeUpBirth(3, { product: "valve" }));
    assert.deepEqual(outcomes, ["NAT_REGISTRY_PRODUCT_QUOTA", "entered"]);
    await isClean();
  });

  test("a retry of what used it up is told that it is one", async () => {
    await log.commit(bounded(0, 1));
    const outcomes = await became(bounded(0, 1), bounded(1, 1));
    assert.deepEqual(outcomes, ["NAT_REGISTRY_DUPLICATE", "NAT_REGISTRY_PRODUCT_QUOTA"]);
  });

  test("another process that took the last birth meanwhile leaves none", async () => {
    const other = log.over(log.registry);
    await log.commit(bounded(0, 2));
    await other.commit(bounded(1, 2));
    assert.deepEqual(await became(bounded(2, 2)), ["NAT_REGISTRY_PRODUCT_QUOTA"]);
    assert.deepEqual(await counts(), [2, 0, 0]);
  });
});

suite("a list of expected units", () => {
  test("admits what is in it, once, of the model that it names", async () => {
    const units = [{ serial: "S-0" }, { serial: "S-1", model: "M-1" }, { serial: "S-2", model: "M-2" }];
    await log.registry.stores.expectations.expect("meter", units);
    const outcomes = await became(...upTo(4).map((number) => listed(number)));
    assert.deepEqual(outcomes, ["entered", "entered", "NAT_REGISTRY_NOT_EXPECTED", "NAT_REGISTRY_NOT_EXPECTED"]);
    assert.deepEqual(await counts(), [2, 3, 2]);
    await isClean();
  });

  test("is asked once for a whole batch, and by births without one not at all", async () => {
    const { stores } = log.registry;
    const asked: number[] = [];
    const expectedUnits: typeof stores.expectations.expectedUnits = (names) => {
      asked.push(names.length);
      return stores.expectations.expectedUnits(names);
    };
    const productCounts = () => assert.fail("the counts were asked for");
    const watched = {
      ...stores,
      expectations: { ...stores.expectations, expectedUnits },
      products: { ...stores.products, productCounts },
    };
    Object.defineProperty(log.registry, "stores", { value: watched });
    log = log.over(log.registry);
    await log.commit(madeUpBirth(100), madeUpBirth(101));
    assert.deepEqual(asked, []);
    await stores.expectations.expect("meter", unitsOf(...upTo(40)));
    await log.commit(...upTo(40).map((number) => listed(number)), madeUpBirth(102));
    assert.deepEqual(asked, [40]);
  });

  test("a batch of more than a page is looked up in pages", async () => {
    await expect(...upTo(300));
    await expect(...upTo(300).map((number) => number + 300));
    const outcomes = await became(...upTo(601).map((number) => listed(number)));
    assert.equal(outcomes.filter((outcome) => outcome === "entered").length, 600);
    assert.equal(outcomes[600], "NAT_REGISTRY_NOT_EXPECTED");
  });

  test("a unit that two of a batch claim, of different models, is born once", async () => {
    await expect(0);
    const twin = listed(1);
    const second = { ...twin, device: { ...twin.device, serial: "S-0", model: "M-9" } };
    assert.deepEqual(await became(listed(0), second), ["entered", "NAT_REGISTRY_NOT_EXPECTED"]);
  });

  test("a retry is told that it is one, also of a unit that was born without a list", async () => {
    await log.commit(madeUpBirth(5));
    await expect(0);
    await log.commit(listed(0));
    assert.deepEqual(await became(listed(0), listed(5)), ["NAT_REGISTRY_DUPLICATE", "NAT_REGISTRY_DUPLICATE"]);
  });

  test("what is withdrawn between planning and commit is refused, and the others of its batch are born", async () => {
    await expect(0, 1, 2);
    const { expectations } = log.registry.stores;
    const commit = log.registry.commit.bind(log.registry);
    let isFirst = true;
    log.registry.commit = (batch) => {
      if (isFirst) assert.deepEqual(expectations.withdraw("meter", ["S-1"]), ["withdrawn"]);
      isFirst = false;
      commit(batch);
    };
    const outcomes = await became(listed(0), listed(1), listed(2));
    assert.deepEqual(outcomes, ["entered", "NAT_REGISTRY_NOT_EXPECTED", "entered"]);
    assert.deepEqual(await withdraw(0, 2), ["born", "born"]);
    assert.deepEqual(await counts(), [2, 2, 2]);
    await isClean();
  });

  test("list and quota hold both", async () => {
    await expect(0, 1);
    const outcomes = await became(listed(0, 1), listed(1, 1), listed(9, 1));
    assert.deepEqual(outcomes, ["entered", "NAT_REGISTRY_PRODUCT_QUOTA", "NAT_REGISTRY_NOT_EXPECTED"]);
  });

  test("imports, withdrawals and births in any order leave counts that are those of the rows", async () => {
    const numbers = fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 5 });
    const step = fc.record({ kind: fc.constantFrom("expect", "withdraw", "born"), numbers });
    const run = fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      log = await openUnsafeTestLog();
      for (const { kind, numbers: some } of steps) {
        if (kind === "born") await log.commit(...some.map((number) => listed(number)));
        else await (kind === "expect" ? expect(...some) : withdraw(...some));
      }
      const rows = await log.registry.stores.expectations.listExpected({ product: "meter", limit: 500 });
      const born = rows.filter((row) => row.born !== undefined).length;
      assert.deepEqual(await counts(), [log.registry.tables.devices.length, rows.length, born]);
      assert.equal(born, log.registry.tables.devices.length);
      await isClean();
    });
    await fc.assert(run, { numRuns: 40, seed: 20261124 });
  });
});

suite("a station's window", () => {
  const commitTime = (seconds: number) => testStart.getTime() + seconds * 1000;

  test("is kept at the time of the commit, both ends included", async () => {
    const window = { notBefore: commitTime(3), notAfter: commitTime(4) };
    await log.enter(enrolment("timed", window));
    const outcomes = [];
    for (const number of upTo(3)) outcomes.push(...(await became(madeUpBirth(number, { station: "timed" }))));
    assert.deepEqual(outcomes, ["entered", "entered", "NAT_REGISTRY_WINDOW"]);
    const { notBefore, notAfter } = (await log.registry.stores.operators.operator("timed")) ?? {};
    assert.deepEqual({ notBefore, notAfter }, window);
    await isClean();
  });

  test("that has not begun lets nothing be born", async () => {
    await log.enter(enrolment("later", { notBefore: commitTime(60) }));
    const outcomes = await became(madeUpBirth(0, { station: "later" }), madeUpBirth(1));
    assert.deepEqual(outcomes, ["NAT_REGISTRY_WINDOW", "entered"]);
  });
});

suite("evidence", () => {
  test("is used once, in a batch and over batches", async () => {
    const outcomes = await became(withEvidence(0, 1, 2), withEvidence(1, 2), withEvidence(2, 3));
    assert.deepEqual(outcomes, ["entered", "NAT_REGISTRY_DUPLICATE", "entered"]);
    const [outcome] = await log.commit(withEvidence(3, 4, 1));
    assert.equal(outcome?.kind === "refused" && outcome.error.detail, "evidence");
    assert.deepEqual(await became(withEvidence(4, 4)), ["entered"]);
    await isClean();
  });

  test("of another process's birth is used as well", async () => {
    const other = log.over(log.registry);
    await log.commit(madeUpBirth(9));
    await other.commit(withEvidence(0, 1));
    assert.deepEqual(await became(withEvidence(1, 1), withEvidence(2, 2)), ["NAT_REGISTRY_DUPLICATE", "entered"]);
  });
});

suite("a refused birth", () => {
  beforeEach(async () => {
    await log.commit(madeUpBirth(0), madeUpBirth(1));
  });

  function entryOf(outcome: EventOutcome | undefined): StoredEntry {
    assert.ok(outcome?.kind === "entered");
    return log.registry.readEvents(outcome.index, 1)[0] as StoredEntry;
  }

  test("is an entry that names key and unit, and nothing of the device; its body names the rest", async () => {
    const deviceId = madeUpBirth(0).device.id;
    const event = refusedBirth(0, { deviceId, unrecorded: 3, note: "seen at the line" });
    const { type: _, keyHash, unitTag, ...body } = event;
    const [outcome] = await log.commit(event);
    const stored = entryOf(outcome);
    const { bodyHash, ...entry } = parsePublicEntry(stored.entry);
    const time = log.now.getTime();
    const nobody = { deviceId: null, ordinal: null, previous: null };
    assert.deepEqual(entry, { type: entryTypes.refusedBirth, time, ...nobody, keyHash, unitTag });
    assert.equal(bodyHash.length, 32);
    assert.deepEqual(parseRefusedBirthBody(stored.body), body);
    const { station, code } = event;
    const row = { entry: stored.index, time, station, code, keyHash, unitTag, deviceId, unrecorded: 3 };
    assert.deepEqual(await log.registry.stores.incidents.listIncidents({ limit: 9 }), [row]);
    await isClean();
  });

  test("is entered once, in a batch, over batches, and by whichever process", async () => {
    const twice = await became(refusedBirth(0), refusedBirth(0, { note: "again" }));
    assert.deepEqual(twice, ["entered", "NAT_REGISTRY_DUPLICATE"]);
    const elsewhere = told(await log.over(log.registry).commit(refusedBirth(0, { unrecorded: 5 })));
    assert.deepEqual(elsewhere, ["NAT_REGISTRY_DUPLICATE"]);
    const others = await became(refusedBirth(0, { code: "NAT_BIRTH_UNIT_REUSED" }), refusedBirth(1));
    assert.deepEqual(others, ["entered", "entered"]);
    await isClean();
  });

  test("takes nothing: the key and the unit that it names can still be born", async () => {
    assert.deepEqual(await became(refusedBirth(7)), ["entered"]);
    assert.deepEqual(await became(madeUpBirth(7)), ["entered"]);
    await isClean();
  });

  test("of a revoked station is entered, of an unknown one is not", async () => {
    await log.enter(enrolment("gone"));
    await log.enter({ type: "operator-revoked", operatorId: "gone", actor: "admin" });
    const outcomes = await became(refusedBirth(0, { station: "gone" }), refusedBirth(1, { station: "nobody" }));
    assert.deepEqual(outcomes, ["entered", "NAT_REGISTRY_OPERATOR"]);
    await isClean();
  });

  test("that cannot be written is refused and leaves no trace", async () => {
    const size = log.registry.head()?.size;
    const bad: [Parameters<typeof refusedBirth>[1], string][] = [
      [{ deviceId: hash.sha256(Uint8Array.of(1)).slice(0, 16) }, "NAT_REGISTRY_DEVICE"],
      [{ code: "reused" }, "NAT_REGISTRY_BODY"],
      [{ code: `NAT_${"A".repeat(61)}` }, "NAT_REGISTRY_BODY"],
      [{ actor: "" }, "NAT_REGISTRY_BODY"],
      [{ unrecorded: 0 }, "NAT_REGISTRY_BODY"],
      [{ keyHash: new Uint8Array(31) }, "NAT_REGISTRY_ENTRY"],
    ];
    for (const [changes, code] of bad) assert.deepEqual(await became(refusedBirth(0, changes)), [code]);
    assert.equal(log.registry.head()?.size, size);
    assert.deepEqual(await log.registry.stores.incidents.listIncidents({ limit: 9 }), []);
  });
});
