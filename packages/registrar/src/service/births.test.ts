// SPDX-License-Identifier: Apache-2.0
// The use case over a real registry; what a request is refused for is tested in natalis/birth.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, parseLogProof } from "natalis/formats";
import { toHex } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import type { Births } from "./births.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

let registry: VolatileInsecureRegistry;
let made: UnsafeTestRegistry;
let births: Births;

beforeEach(async () => {
  registry = new VolatileInsecureRegistry();
  made = await openUnsafeTestRegistry(registry.stores, 4);
  births = birthsOf(made);
});

function outcomes(settled: readonly PromiseSettledResult<{ kind: string }>[]): string[] {
  return settled.map((one) => (one.status === "fulfilled" ? one.value.kind : (one.reason as { code: string }).code));
}

test("a birth is answered with its entry and a receipt that verifies", async () => {
  const born = await births.bear(testStation, await birthInput("A-1"));
  const trust = { policy: made.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  const { entry, index } = await verifyReceipt(born.receipt, born.entry, trust);
  assert.deepEqual([index, toHex(entry.deviceId as Uint8Array)], [born.index, toHex(born.deviceId)]);
  assert.deepEqual(born.chain, [made.issuing.certificate.der, made.root.certificate.der]);
});

test("the same request twice at once is one birth, answered twice", async () => {
  const signer = generateKey(algorithms.ES256).signer;
  const inputs = [await birthInput("A-1", signer), await birthInput("A-1", signer)];
  const answers = await Promise.all(inputs.map((input) => births.bear(testStation, input)));
  assert.deepEqual(answers.map(({ kind }) => kind).toSorted(), ["born", "stored"]);
  assert.equal(new Set(answers.map(({ certificate }) => toHex(certificate))).size, 1);
  assert.equal(new Set(answers.map(({ index }) => index)).size, 1);
});

test("two keys for one unit at once: one is born, the other told that the unit was", async () => {
  const inputs = [await birthInput("A-1"), await birthInput("A-1")];
  const settled = await Promise.allSettled(inputs.map((input) => births.bear(testStation, input)));
  assert.deepEqual(outcomes(settled).toSorted(), ["NAT_BIRTH_UNIT_REUSED", "born"]);
});

test("one key for two units at once: one is born, the other told that the key was", async () => {
  const signer = generateKey(algorithms.ES256).signer;
  const inputs = [await birthInput("A-1", signer), await birthInput("A-2", signer)];
  const settled = await Promise.allSettled(inputs.map((input) => births.bear(testStation, input)));
  assert.deepEqual(outcomes(settled).toSorted(), ["NAT_BIRTH_KEY_REUSED", "born"]);
});

test("a quota is not overrun by requests at once", async () => {
  const inputs = await Promise.all(Array.from({ length: 7 }, (_, i) => birthInput(`A-${i}`)));
  const settled = await Promise.allSettled(inputs.map((input) => births.bear(testStation, input)));
  assert.deepEqual(outcomes(settled).filter((kind) => kind === "born").length, 4);
  assert.deepEqual(outcomes(settled).filter((code) => code === "NAT_REGISTRY_QUOTA").length, 3);
});

test("a commit that was made and then failed is answered all the same", async () => {
  registry.failCommits("after");
  assert.equal((await births.bear(testStation, await birthInput("A-1"))).kind, "born");
});

test("a commit that failed is told, no certificate leaves, and the retry is a birth of its own", async () => {
  const input = await birthInput("A-1");
  registry.failCommits("before");
  await assert.rejects(births.bear(testStation, input), { code: "NAT_TESTING_INJECTED" });
  assert.equal((await births.bear(testStation, input)).kind, "born");
});

test("a birth whose checkpoint could not be kept is not answered from what is stored either, until it can be", async () => {
  const input = await birthInput("A-1");
  const { mirror } = made;
  const write = mirror.write.bind(mirror);
  mirror.write = () => {
    throw new RangeError("disk full");
  };
  for (let ask = 0; ask < 3; ask++) await assert.rejects(births.bear(testStation, input), RangeError);
  mirror.write = write;
  const { kind, receipt } = await births.bear(testStation, input);
  assert.deepEqual([kind, mirror.read()], ["stored", parseLogProof(receipt).checkpoint]);
});

test("a product that nobody makes here, one that is not the station's, a role that asks for none", async () => {
  const input = await birthInput("A-1");
  await assert.rejects(births.bear(testStation, { ...input, product: "toaster" }), { code: "NAT_SERVICE_NOT_FOUND" });
  await assert.rejects(births.bear({ ...testStation, products: [] }, input), { code: "NAT_BIRTH_STATION_PRODUCT" });
  await assert.rejects(births.bear({ ...testStation, role: "auditor" }, input), { code: "NAT_AUTHORIZE_DENIED" });
});

test("the root's key, and the issuing authority's, are no device's", async () => {
  for (const signer of [made.rootKey, made.issuingKey])
    await assert.rejects(births.bear(testStation, await birthInput("A-1", signer)), {
      code: "NAT_BIRTH_KEY_AUTHORITY",
    });
  assert.equal(registry.tables.devices.length, 0);
  assert.equal((await births.bear(testStation, await birthInput("A-1"))).kind, "born");
});

test("an authority's key elsewhere in a request refuses nothing", async () => {
  const { signer } = generateKey(algorithms.ES256);
  const attributes = [{ oid: "1.3.6.1.4.1.32473.1", values: [made.root.certificate.publicKey] }];
  const certificationRequest = await buildCertificationRequest({ serial: "A-1", signer, attributes });
  const input = { ...(await birthInput("A-1", signer)), certificationRequest };
  assert.equal((await births.bear(testStation, input)).kind, "born");
});

test("a station whose token was revoked while its request was under way is refused", async () => {
  const asked = births.bear(testStation, await birthInput("A-1"));
  const revoked = made.queue.submit({ type: "operator-revoked", operatorId: testStation.id, actor: "admin" });
  const [birth] = await Promise.allSettled([asked, revoked]);
  assert.deepEqual(outcomes([birth]), ["NAT_REGISTRY_OPERATOR"]);
});
