// SPDX-License-Identifier: Apache-2.0
// What births are held to beside their keys and units, and what is put on record of those that claim what someone has.

import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms } from "natalis/formats";
import { NatalisError, toHex } from "natalis/kernel";
import type { IncidentRow } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { testProfile } from "../pipeline/unsafe-test-nursery.ts";
import type { Births } from "./births.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

const otherStation = { ...testStation, id: "station-2" };
/** A format whose statements say nothing of the key: only that they are used once keeps them from being used again. */
const chip = { format: "chip", verify: () => ({ custody: 1 }) };
const evidenceError = new NatalisError("NAT_BIRTH_EVIDENCE", "It is not of this key.", "of another key");
const statement = (number: number) => [{ format: "chip", statement: Uint8Array.of(number) }];

let registry: VolatileInsecureRegistry;
let made: UnsafeTestRegistry;
let births: Births;

beforeEach(async () => {
  registry = new VolatileInsecureRegistry();
  made = await openUnsafeTestRegistry(registry.stores);
  const { tokenHash: _, ...rest } = made.operator;
  const second = { ...rest, id: otherStation.id, certificateHash: new Uint8Array(32) };
  await made.queue.submit({ type: "operator-enrolled", operator: second, actor: "init" });
  births = birthsOf(made, testProfile, [chip]);
});

const key = () => generateKey(algorithms.ES256).signer;

async function incidents(): Promise<readonly IncidentRow[]> {
  return registry.stores.incidents.listIncidents({ limit: 500 });
}

async function told(): Promise<string[]> {
  return (await incidents()).map(({ station, code }) => `${station} ${code}`);
}

function kinds(settled: readonly PromiseSettledResult<{ kind: string }>[]): string[] {
  return settled.map((one) => (one.status === "fulfilled" ? one.value.kind : (one.reason as { code: string }).code));
}

suite("what is put on record", () => {
  test("a key again as another unit, a unit again with another key, evidence again with both new", async () => {
    const signer = key();
    const born = await births.bear(testStation, { ...(await birthInput("A-1", signer)), evidence: statement(1) });
    const attempts = [
      [await birthInput("A-2", signer), "NAT_BIRTH_KEY_REUSED"],
      [await birthInput("A-1"), "NAT_BIRTH_UNIT_REUSED"],
      [{ ...(await birthInput("A-3")), evidence: statement(1) }, "NAT_BIRTH_EVIDENCE_REUSED"],
    ] as const;
    for (const [input, code] of attempts) await assert.rejects(births.bear(otherStation, input), { code });
    const rows = await incidents();
    assert.deepEqual(
      rows.map(({ station, code, deviceId }) => [station, code, toHex(deviceId ?? new Uint8Array(0))]),
      attempts.map(([, code]) => [otherStation.id, code, toHex(born.deviceId)]),
    );
    assert.deepEqual(rows[0]?.keyHash, registry.tables.devices[0]?.keyHash);
    assert.deepEqual(rows[1]?.unitTag, registry.tables.devices[0]?.unitTag);
    assert.equal(registry.tables.devices.length, 1);
  });

  test("the same request by another station, and by its own where the device lives no more", async () => {
    const signer = key();
    const { deviceId } = await births.bear(testStation, await birthInput("A-1", signer));
    await assert.rejects(births.bear(otherStation, await birthInput("A-1", signer)), { code: "NAT_BIRTH_KEY_REUSED" });
    await made.queue.submit({ type: "retired", deviceId, actor: "admin" });
    await assert.rejects(births.bear(testStation, await birthInput("A-1", signer)), { code: "NAT_BIRTH_KEY_REUSED" });
    assert.deepEqual(await told(), ["station-2 NAT_BIRTH_KEY_REUSED", "station-1 NAT_BIRTH_KEY_REUSED"]);
  });

  test("the same attempt once, however often it comes, and again after a restart", async () => {
    await births.bear(testStation, await birthInput("A-1"));
    const input = await birthInput("A-1");
    const attempt = () => births.bear(testStation, input);
    await Promise.allSettled([attempt(), attempt(), attempt()]);
    births = birthsOf({ ...made, incidents: made.newIncidents() }, testProfile, [chip]);
    await Promise.allSettled([attempt()]);
    assert.deepEqual(await told(), ["station-1 NAT_BIRTH_UNIT_REUSED"]);
  });

  test("no retry, by whichever way it comes", async () => {
    const signer = key();
    const input = { ...(await birthInput("A-1", signer)), evidence: statement(1) };
    const both = await Promise.allSettled([births.bear(testStation, input), births.bear(testStation, input)]);
    assert.deepEqual(kinds(both).toSorted(), ["born", "stored"]);
    assert.equal((await births.bear(testStation, await birthInput("A-1", signer))).kind, "stored");
    const unknown = { ...input, evidence: [{ format: "hearsay", statement: Uint8Array.of(9) }] };
    assert.equal((await births.bear(testStation, unknown)).kind, "stored");
    assert.deepEqual(await told(), []);
  });

  test("nothing of those who may not ask, or do not have the key", async () => {
    const signer = key();
    await births.bear(testStation, await birthInput("A-1", signer));
    const { certificationRequest } = await birthInput("A-2", signer);
    const forged = certificationRequest.slice();
    forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
    const input = { ...(await birthInput("A-2", signer)), certificationRequest: forged };
    await assert.rejects(births.bear(testStation, input), { code: /^NAT_/ });
    const denied = { ...testStation, products: [] };
    await assert.rejects(births.bear(denied, await birthInput("A-2", signer)), { code: "NAT_BIRTH_STATION_PRODUCT" });
    assert.deepEqual(await told(), []);
  });

  test("one of many at once: one key, one unit, one statement, at two stations", async () => {
    const signer = key();
    const inputs = await Promise.all(["B-1", "B-2", "B-3"].map((serial) => birthInput(serial, signer)));
    const sameKey = await Promise.allSettled(
      inputs.map((input, i) => births.bear(i === 1 ? otherStation : testStation, input)),
    );
    assert.deepEqual(kinds(sameKey).toSorted(), ["NAT_BIRTH_KEY_REUSED", "NAT_BIRTH_KEY_REUSED", "born"]);
    const spoken = await Promise.all(
      ["C-1", "C-2"].map(async (serial) => ({ ...(await birthInput(serial)), evidence: statement(7) })),
    );
    const sameEvidence = await Promise.allSettled(
      spoken.map((input, i) => births.bear(i === 1 ? otherStation : testStation, input)),
    );
    assert.deepEqual(kinds(sameEvidence).toSorted(), ["NAT_BIRTH_EVIDENCE_REUSED", "born"]);
    assert.equal((await incidents()).length, 3);
  });

  test("evidence that was taken from a device, although its verifier refuses it for being of another key", async () => {
    const bound = {
      format: "chip",
      verify: () => {
        throw evidenceError;
      },
    };
    await births.bear(testStation, { ...(await birthInput("A-1")), evidence: statement(1) });
    const strict = birthsOf(made, testProfile, [bound]);
    const { code } = evidenceError;
    await assert.rejects(strict.bear(testStation, { ...(await birthInput("A-3")), evidence: statement(2) }), { code });
    await assert.rejects(strict.bear(testStation, { ...(await birthInput("A-2")), evidence: statement(1) }), {
      code: "NAT_BIRTH_EVIDENCE_REUSED",
    });
    assert.deepEqual(await told(), ["station-1 NAT_BIRTH_EVIDENCE_REUSED"]);
  });

  test("a registry that takes no entry refuses all the same, with the same answer", async () => {
    await births.bear(testStation, await birthInput("A-1"));
    const input = await birthInput("A-1");
    // The first is the birth's own, which finds the unit taken and commits nothing.
    registry.failCommits(undefined, "before", "before");
    await assert.rejects(births.bear(testStation, input), { code: "NAT_BIRTH_UNIT_REUSED" });
  });
});

suite("a product line's bounds", () => {
  test("its quota is not overrun by requests at once, and a retry still gets its answer", async () => {
    births = birthsOf(made, { ...testProfile, quota: 3 });
    const inputs = await Promise.all(Array.from({ length: 6 }, (_, i) => birthInput(`A-${i}`)));
    const settled = await Promise.allSettled(inputs.map((input) => births.bear(testStation, input)));
    assert.equal(kinds(settled).filter((kind) => kind === "born").length, 3);
    assert.equal(kinds(settled).filter((code) => code === "NAT_REGISTRY_PRODUCT_QUOTA").length, 3);
    const born = inputs[kinds(settled).indexOf("born")];
    assert.ok(born !== undefined);
    assert.equal((await births.bear(testStation, born)).kind, "stored");
    assert.equal(registry.tables.devices.length, 3);
    assert.deepEqual(await told(), []);
  });

  test("units that were imported are born, others are not, and a retry still gets its answer", async () => {
    births = birthsOf(made, { ...testProfile, admission: { kind: "imported" } });
    await registry.stores.expectations.expect("sensor", [{ serial: "A-1" }, { serial: "A-2", model: "S2" }]);
    const input = await birthInput("A-1");
    assert.equal((await births.bear(testStation, input)).kind, "born");
    assert.equal((await births.bear(testStation, input)).kind, "stored");
    for (const serial of ["A-2", "A-3"]) {
      const refusal = { code: "NAT_BIRTH_NOT_ADMITTED", detail: `serial "${serial}" of product sensor` };
      await assert.rejects(births.bear(testStation, await birthInput(serial)), refusal);
    }
    await assert.rejects(births.bear(testStation, await birthInput("A-1")), { code: "NAT_BIRTH_UNIT_REUSED" });
    assert.deepEqual(await told(), ["station-1 NAT_BIRTH_UNIT_REUSED"]);
  });

  test("a withdrawal that comes with the birth: one of the two", async () => {
    births = birthsOf(made, { ...testProfile, admission: { kind: "imported" } });
    const { expectations } = registry.stores;
    for (let i = 0; i < 8; i++) {
      await expectations.expect("sensor", [{ serial: `A-${i}` }]);
      const input = await birthInput(`A-${i}`);
      const birth = births.bear(testStation, input);
      for (let turn = 0; turn < i; turn++) await new Promise((resolve) => setImmediate(resolve));
      const [outcome] = await expectations.withdraw("sensor", [`A-${i}`]);
      const [settled] = await Promise.allSettled([birth]);
      assert.deepEqual(kinds([settled]), [outcome === "born" ? "born" : "NAT_BIRTH_NOT_ADMITTED"]);
    }
  });
});

test("a station whose time ends while its request is under way is refused", async () => {
  const notAfter = made.clock.at + 1000;
  const { tokenHash: _, ...rest } = made.operator;
  const timed = { ...rest, id: "timed", certificateHash: new Uint8Array(32).fill(1), notAfter };
  await made.queue.submit({ type: "operator-enrolled", operator: timed, actor: "init" });
  const principal = { ...testStation, id: "timed" };
  assert.equal((await births.bear(principal, await birthInput("A-1"))).kind, "born");
  made.clock.at = notAfter + 1;
  await assert.rejects(births.bear(principal, await birthInput("A-2")), { code: "NAT_REGISTRY_WINDOW" });
  await assert.rejects(births.bear({ ...principal, notAfter: 0 }, await birthInput("A-2")), {
    code: "NAT_AUTHORIZE_WINDOW",
  });
});
