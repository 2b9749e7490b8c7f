// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import type { BirthAnswer } from "natalis/birth";
import { type Profile, parseProfile } from "natalis/issue";
import { formatUuid, newUuid } from "natalis/kernel";
import { verifyReceipt, verifyStateProof } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Genuine, type Genuineness } from "./genuine.ts";
import { Lifecycle } from "./lifecycle.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

let made: UnsafeTestRegistry;
let born: BirthAnswer;

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  born = await birthsOf(made).bear(testStation, await birthInput("A-1"));
});

function genuineWith(...profiles: readonly Profile[]): Genuine {
  const byProduct = new Map(profiles.map((profile) => [profile.product, profile]));
  return new Genuine({ stores: made.stores, proofs: made.proofs, profiles: byProduct, hash: nodeHash });
}

function profile(changes: object = {}): Profile {
  return parseProfile({
    product: "sensor",
    version: 1,
    maker: "Example Makers",
    productNumber: 1,
    algorithms: ["ES256"],
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
    ...changes,
  });
}

type Registered = Extract<Genuineness, { registered: true }>;

function registered(found: Genuineness): Registered {
  assert.ok(found.registered);
  return found;
}

test("a stranger is told these members and no others", async () => {
  const { device, state, entry, ...more } = registered(await genuineWith(profile()).byId(born.deviceId));
  assert.deepEqual([device, state, entry], [formatUuid(born.deviceId), "active", born.index]);
  assert.deepEqual(Object.keys(more).toSorted(), ["receipt", "registered", "stateProof"]);
});

test("the maker is named where its profile says so, and only there", async () => {
  for (const [profiles, maker] of [
    [[profile({ showsMaker: true })], "Example Makers"],
    [[profile({ showsMaker: false })], undefined],
    [[profile()], undefined],
    [[], undefined],
    [[profile({ product: "other", showsMaker: true })], undefined],
  ] as const)
    assert.equal(registered(await genuineWith(...profiles).byId(born.deviceId)).maker, maker);
});

test("the proof is of what is told", async () => {
  const { stateProof, receipt, state } = registered(await genuineWith().byId(born.deviceId));
  const trust = { policy: made.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  const proven = await verifyStateProof(stateProof, trust);
  assert.deepEqual([proven.deviceId, proven.state], [born.deviceId, state]);
  assert.equal((await verifyReceipt(receipt, born.entry, trust)).index, born.index);
});

test("the state is the newest", async () => {
  const genuine = genuineWith();
  const lifecycle = new Lifecycle(made.queue, made.proofs, made.clock);
  for (const [verb, state] of [
    ["suspend", "suspended"],
    ["resume", "active"],
    ["retire", "retired"],
  ] as const) {
    await lifecycle.change(verb, born.deviceId, { actor: "registrar-1" });
    assert.equal(registered(await genuine.byId(born.deviceId)).state, state);
    assert.equal(registered(await genuine.byCertificate(born.certificate)).state, state);
  }
});

test("not registered: an id of nobody, another certificate in a device's name, and what is no certificate", async () => {
  const genuine = genuineWith();
  assert.deepEqual(await genuine.byId(newUuid(made.clock.now(), nodeEntropy)), { registered: false });
  const last = born.certificate.length - 1;
  const changed = born.certificate.with(last, (born.certificate[last] as number) ^ 1);
  for (const der of [changed, made.root.certificate.der, new Uint8Array(0), new Uint8Array(99).fill(0x30)])
    assert.deepEqual(await genuine.byCertificate(der), { registered: false });
});
