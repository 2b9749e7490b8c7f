// SPDX-License-Identifier: Apache-2.0
// Operators that come with a certificate: matched by its fingerprint and by nothing else of it.

import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { algorithms, type Certificate } from "natalis/formats";
import { TestAuthority, VolatileInsecureRegistry } from "natalis/testing";
import { type EnrolRequest, Operators } from "./operators.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStart,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

const day = 86_400_000;
const station = { name: "line 2", role: "station", products: ["sensor"] } as const;
let made: UnsafeTestRegistry;
let operators: Operators;
/** Two certificates of one authority that is none of ours, good for 30 days. */
let certificate: Certificate;
let sibling: Certificate;

before(async () => {
  const authority = await TestAuthority.open({ at: new Date(testStart.getTime() - day), profile: { notAfter: 30 } });
  certificate = (await authority.birth(generateKey(algorithms.ES256).signer)).certificate;
  sibling = (await authority.birth(generateKey(algorithms.ES256).signer)).certificate;
});

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  operators = new Operators(made.stores, made.queue, { clock: made.clock, entropy: nodeEntropy, hash: nodeHash });
});

const enrol = (request: Partial<EnrolRequest> = {}) =>
  operators.enrol({ ...station, certificate: certificate.der, ...request }, "init");
const holderOf = async ({ der }: Certificate) => (await operators.identify({ certificate: der }))?.id;

test("a certificate stands instead of a token, or beside one where that is asked", async () => {
  const alone = await enrol();
  assert.equal(alone.token, undefined);
  assert.deepEqual(alone.operator.certificateHash, nodeHash.sha256(certificate.der));
  assert.equal(await holderOf(certificate), alone.operator.id);
  const both = await enrol({ certificate: sibling.der, token: true });
  assert.equal(await holderOf(sibling), both.operator.id);
  assert.equal((await operators.identify({ token: both.token ?? "" }))?.id, both.operator.id);
});

test("another certificate of the same authority is nobody's", async () => {
  await enrol();
  assert.equal(await holderOf(sibling), undefined);
  const last = certificate.der.length - 1;
  const changed = { ...certificate, der: certificate.der.with(last, (certificate.der[last] as number) ^ 1) };
  assert.equal(await holderOf(changed), undefined);
});

test("bytes that are no certificate are nobody's", async () => {
  for (const der of [new Uint8Array(0), new Uint8Array(32)])
    assert.equal(await operators.identify({ certificate: der }), undefined);
});

test("with a revoked operator its certificate goes, and does not come back", async () => {
  const { operator } = await enrol();
  await operators.revoke(operator.id, testStation.id);
  assert.equal(await holderOf(certificate), undefined);
  await assert.rejects(enrol(), { code: "NAT_REGISTRY_DUPLICATE", detail: "certificate" });
});

test("a certificate counts while it is valid", async () => {
  const { operator } = await enrol();
  for (const [at, holder] of [
    [certificate.notAfter.getTime() + 1, undefined],
    [certificate.notAfter.getTime(), operator.id],
    [certificate.notBefore.getTime() - 1, undefined],
  ] as const) {
    made.clock.at = at;
    assert.equal(await holderOf(certificate), holder);
  }
});

test("one that is not valid now is not registered", async () => {
  for (const at of [certificate.notAfter.getTime() + 1, certificate.notBefore.getTime() - 1]) {
    made.clock.at = at;
    await assert.rejects(enrol(), { code: "NAT_SERVICE_REQUEST" });
  }
});

test("a device's certificate is not registered, and no certificate that is none", async () => {
  const device = await birthsOf(made).bear(testStation, await birthInput("A-1"));
  await assert.rejects(enrol({ certificate: device.certificate }), { code: "NAT_SERVICE_REQUEST" });
  await assert.rejects(enrol({ certificate: certificate.der.subarray(1) }), { code: "NAT_DER_TAG" });
  await assert.rejects(enrol({ certificate: undefined, token: false }), { code: "NAT_SERVICE_REQUEST" });
});

test("a token counts with its own id only, where an id is given", async () => {
  const { operator, token = "" } = await enrol({ token: true });
  assert.equal((await operators.identify({ token, id: operator.id }))?.id, operator.id);
  assert.equal(await operators.identify({ token, id: testStation.id }), undefined);
  assert.equal(await operators.identify({ token, id: "" }), undefined);
});
