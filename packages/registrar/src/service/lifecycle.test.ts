// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { newUuid } from "natalis/kernel";
import { parseLifecycleBody, verifyReceipt } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Lifecycle, type LifecycleRequest, type LifecycleVerb } from "./lifecycle.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

const actor = "registrar-1";

let made: UnsafeTestRegistry;
let lifecycle: Lifecycle;
let id: Uint8Array;

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  lifecycle = new Lifecycle(made.queue, made.proofs, made.clock);
  id = (await birthsOf(made).bear(testStation, await birthInput("LIFE-1"))).deviceId;
});

function refuses(verb: LifecycleVerb, request: Omit<LifecycleRequest, "actor">, code: string): Promise<void> {
  return assert.rejects(lifecycle.change(verb, id, { actor, ...request }), { code });
}

test("an answer is as its own event left the device, with a receipt of it", async () => {
  const [suspended, resumed] = await Promise.all([
    lifecycle.change("suspend", id, { actor, note: "missing" }),
    lifecycle.change("resume", id, { actor }),
  ]);
  assert.deepEqual([suspended.device.state, resumed.device.state], ["suspended", "active"]);
  assert.equal(suspended.device.lastEntry, suspended.index);
  const trust = { policy: made.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  const [entry] = await made.stores.log.readEntries(suspended.index, 1);
  assert.equal((await verifyReceipt(suspended.receipt, entry as Uint8Array, trust)).index, suspended.index);
});

test("a revocation carries its reason, its note and since when the key is suspect", async () => {
  const invalidityDate = "2026-02-01T00:00:00.999Z";
  const { index } = await lifecycle.change("revoke", id, {
    actor,
    reason: "keyCompromise",
    note: "stolen",
    invalidityDate,
  });
  const [stored] = await made.stores.events.readEvents(index, 1);
  assert.deepEqual(parseLifecycleBody(stored?.body as Uint8Array), {
    actor,
    reason: 1,
    note: "stolen",
    invalidityDate: Date.parse("2026-02-01T00:00:00Z") / 1000,
  });
});

test("an invalidity date that log and list cannot carry, or of the future, is refused and changes nothing", async () => {
  const dates = ["0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-03-01T12:00:01Z", "9999-12-31T00:00:00Z", "x"];
  for (const invalidityDate of dates) await refuses("revoke", { invalidityDate }, "NAT_SERVICE_REQUEST");
  assert.equal((await made.proofs.device(id)).state, "active");
});

test("reason and invalidity date are a revocation's only", async () => {
  for (const verb of ["suspend", "resume", "retire"] as const) {
    await refuses(verb, { reason: "keyCompromise" }, "NAT_SERVICE_REQUEST");
    await refuses(verb, { invalidityDate: "2026-01-01T00:00:00Z" }, "NAT_SERVICE_REQUEST");
  }
});

test("what is final stays so", async () => {
  await refuses("resume", {}, "NAT_LIFECYCLE_REFUSED");
  await lifecycle.change("retire", id, { actor });
  for (const verb of ["suspend", "resume", "revoke", "retire"] as const)
    await refuses(verb, {}, "NAT_LIFECYCLE_REFUSED");
});

test("a device that was never born has no life", async () => {
  const stranger = newUuid(made.clock.now(), nodeEntropy);
  await assert.rejects(lifecycle.change("suspend", stranger, { actor }), { code: "NAT_SERVICE_NOT_FOUND" });
});
