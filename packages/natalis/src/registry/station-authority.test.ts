// SPDX-License-Identifier: Apache-2.0
// Stations with an authority of their own: enrolled in one entry with it, and held to it by the audit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms } from "../formats/index.ts";
import { isNatalisError, portableHash } from "../kernel/index.ts";
import { forgeCertificate } from "../testing/certificate-forge.ts";
import {
  enrolment,
  madeUpBirth,
  openUnsafeTestLog,
  readMadeUpFacts,
  testOrigin,
  testStart,
  type UnsafeTestLog,
} from "../testing/index.ts";
import { auditLog } from "./audit/index.ts";
import { stationAuthority } from "./authority-event.ts";
import { encodeOperatorBody, parseOperatorBody, type StationAuthority } from "./body.ts";
import type { NewDevice } from "./ports.ts";

const window = { notBefore: testStart, notAfter: new Date(testStart.getTime() + 3_600_000) };
const bornAt = testStart.getTime() / 1000;

async function certificateOf(name: string): Promise<Uint8Array> {
  return (await forgeCertificate({ name, signer: generateKey(algorithms.ES256).signer })).certificate.der;
}

const authority = stationAuthority(await certificateOf("line-1"), window, portableHash);
const enrolled = { ...enrolment("line-1", { quota: 2 }), authority };

async function audited(log: UnsafeTestLog): Promise<string[]> {
  const { problems } = await auditLog({
    stores: log.registry.stores,
    origin: testOrigin,
    policy: log.trust.policy,
    readFacts: readMadeUpFacts,
    verifier: nodeSignatureVerifier,
    hash: portableHash,
  });
  return problems.map(({ subject, place, finding }) => `${subject} ${place}: ${finding}`);
}

const bornThere = (number: number, changes: Partial<NewDevice> = {}) =>
  madeUpBirth(number, { station: "line-1", issuer: authority.keyId, bornAt, ...changes });

test("one entry enrols station and authority; its births are counted against its quota", async () => {
  const log = await openUnsafeTestLog();
  const { index } = await log.enter(enrolled);
  const row = await log.registry.stores.authorities.authorityByKeyId(authority.keyId);
  assert.deepEqual([row?.kind, row?.entry, row?.certificate], ["station", index, authority.certificate]);
  await log.commit(bornThere(1), bornThere(2));
  const [outcome] = await log.commit(bornThere(3));
  assert.ok(outcome?.kind === "refused" && isNatalisError(outcome.error, "NAT_REGISTRY_QUOTA"));
  assert.deepEqual(await audited(log), []);
});

test("after its revocation nothing of it is entered any more, however early it was born", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(enrolled);
  await log.enter(bornThere(1));
  await log.enter({ type: "operator-revoked", operatorId: "line-1", actor: "init" });
  const [outcome] = await log.commit(bornThere(2));
  assert.ok(outcome?.kind === "refused" && isNatalisError(outcome.error, "NAT_REGISTRY_OPERATOR"));
  assert.deepEqual(await audited(log), []);
});

test("a key is one station's, once", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(enrolled);
  const [outcome] = await log.commit({ ...enrolment("line-2", { quota: 2 }), authority });
  assert.ok(outcome?.kind === "refused" && outcome.error.code === "NAT_REGISTRY_DUPLICATE");
  assert.equal(outcome.error.detail, "authority");
});

const outside: readonly [what: string, changes: Partial<NewDevice>][] = [
  ["by another station", { station: "station-1" }],
  ["of another product", { product: "pump" }],
  ["before its time", { bornAt: bornAt - 1 }],
  ["after its time", { bornAt: bornAt + 3601 }],
];
for (const [what, changes] of outside)
  test(`the audit finds a birth under its authority ${what}`, async () => {
    const log = await openUnsafeTestLog();
    const { index } = await log.enter(enrolled);
    await log.enter(bornThere(1, changes));
    assert.deepEqual(await audited(log), [`operator ${index + 2}: line-1 may not have borne this.`]);
  });

test("the audit finds a certificate of another station or another key", async () => {
  const other = stationAuthority(await certificateOf("line-9"), window, portableHash);
  for (const wrong of [other, { ...authority, keyId: other.keyId }]) {
    const log = await openUnsafeTestLog();
    const { index } = await log.enter({ ...enrolled, authority: wrong });
    assert.deepEqual(await audited(log), [`authority ${index}: The certificate is of another station or key.`]);
  }
});

test("the body of such an enrolment comes back as it went", () => {
  const body = { actor: "admin", enrolled: enrolled.operator, authority };
  assert.deepEqual(parseOperatorBody(encodeOperatorBody(body)), body);
});

const bad = { code: "NAT_REGISTRY_BODY" };
const bodies: readonly [what: string, changes: Partial<typeof enrolled.operator>, of?: Partial<StationAuthority>][] = [
  ["another role's", { role: "registrar" }],
  ["of two product lines", { products: ["meter", "pump"] }],
  ["of none", { products: [] }],
  ["without a quota", { quota: undefined as unknown as number }],
  ["whose time ends before it begins", {}, { notBefore: 2, notAfter: 1 }],
  ["whose time is none", {}, { notBefore: Number.NaN }],
];
for (const [what, changes, of] of bodies)
  test(`refused: an authority ${what}`, () => {
    const body = { actor: "a", enrolled: { ...enrolled.operator, ...changes }, authority: { ...authority, ...of } };
    assert.throws(() => encodeOperatorBody(body), bad);
  });
