// SPDX-License-Identifier: Apache-2.0
// What a request is refused for is tested in natalis/birth; here, that a nursery is as strict with what it is given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, parseCertificate } from "natalis/formats";
import { unitTag } from "natalis/registry";
import { Nursery } from "./nursery.ts";
import { makeTestAuthorities, testEquipment, testTask, testUnitTag } from "./unsafe-test-nursery.ts";

const equipment = testEquipment(await makeTestAuthorities());
const nursery = new Nursery(equipment);

test("what is signed verifies under the authority, with the registry's tag of the unit", async () => {
  const task = await testTask("SN-1");
  const prepared = await nursery.prepare(task);
  assert.ok(prepared.kind === "signed");
  const { device, certificate } = prepared.event;
  const { tbs, signature } = parseCertificate(certificate);
  const { publicKey } = parseCertificate(equipment.authority.certificate);
  assert.ok(nodeSignatureVerifier.verify(algorithms.ES256, publicKey, tbs, signature));
  assert.deepEqual(device.certificateHash, nodeHash.sha256(certificate));
  const unit = { maker: "Example Makers", model: "S1", serial: "SN-1" };
  assert.deepEqual(device.unitTag, await unitTag(unit, testUnitTag));
});

test("what is known decides: a retry is stored, another key for the unit is refused", async () => {
  const task = await testTask("SN-2");
  const born = await nursery.prepare(task);
  assert.ok(born.kind === "signed");
  const { device } = born.event;
  const owner = new Uint8Array(32);
  const row = { ...device, ordinal: 0, bornEntry: 0, state: "active", since: 0, lastEntry: 0, owner } as const;
  const known = { unitTag: device.unitTag, byKey: row, byUnit: row };
  assert.deepEqual(await nursery.prepare({ ...task, known }), { kind: "stored" });
  const other = { ...(await testTask("SN-2")), known: { unitTag: device.unitTag, byUnit: row } };
  await assert.rejects(nursery.prepare(other), { code: "NAT_BIRTH_UNIT_REUSED" });
});

test("who may not ask, a request signed by another key, and an unknown product are refused", async () => {
  const task = await testTask("SN-3");
  const stranger = { ...task, principal: { ...task.principal, products: [] } };
  await assert.rejects(nursery.prepare(stranger), { code: "NAT_BIRTH_STATION_PRODUCT" });
  const certificationRequest = task.request.certificationRequest.slice();
  certificationRequest[certificationRequest.length - 1] = (certificationRequest.at(-1) as number) ^ 1;
  const forged = { ...task, request: { ...task.request, certificationRequest } };
  await assert.rejects(nursery.prepare(forged), { code: "NAT_BIRTH_POSSESSION" });
  await assert.rejects(nursery.prepare({ ...task, product: "toaster" }), { code: "NAT_PIPELINE_PRODUCT" });
});

test("another authority's key opens a nursery that signs nothing", async () => {
  const { issuing } = testEquipment(await makeTestAuthorities());
  const mixed = new Nursery({ ...equipment, issuing });
  await assert.rejects(mixed.prepare(await testTask("SN-4")), { code: "NAT_ISSUE_SIGNER" });
});
