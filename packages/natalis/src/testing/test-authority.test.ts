// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, attributeValues, oids, oidsOf, parseCertificateList } from "../formats/index.ts";
import { bornFactsReader } from "../birth/index.ts";
import { shardOf } from "../issue/index.ts";
import { TestAuthority, testArc, testBaseUrl, testMaker } from "./index.ts";

const device = generateKey(algorithms.ES256).signer;

test("it gives birth for any signer, under its own keys or given ones", async () => {
  const given = generateKey(algorithms.EdDSA).signer;
  for (const own of [await TestAuthority.open(), await TestAuthority.open({ issuingSigner: given })]) {
    const { certificate, event } = await own.birth(device);
    const { algorithm, publicKey } = own.issuingSigner;
    assert.ok(nodeSignatureVerifier.verify(algorithm, publicKey, certificate.tbs, certificate.signature));
    assert.deepEqual(certificate.publicKey, device.publicKey);
    const { unitTag: _, ...facts } = event.device;
    assert.deepEqual(bornFactsReader({ oids: oidsOf(testArc), hash: nodeHash })(event), facts);
  }
});

test("units it names by itself differ", async () => {
  const own = await TestAuthority.open();
  const first = await own.birth(device);
  const second = await own.birth(generateKey(algorithms.ES256).signer);
  assert.notEqual(first.event.device.serial, second.event.device.serial);
});

test("every certificate of it says TEST, and nothing of that can be changed", async () => {
  const own = await TestAuthority.open({ profile: { maker: "Acme", product: "pump" } });
  const { certificate } = await own.birth(device);
  for (const { subject } of [own.root.certificate, own.issuing.certificate, certificate])
    assert.deepEqual(attributeValues(subject, oids.organizationName), [testMaker]);
  assert.match(testMaker, /^TEST .*DO NOT TRUST/);
  assert.match(testBaseUrl, /\.invalid$/);
  assert.equal(own.issuing.oids.arc, "1.3.6.1.4.1.32473");
});

test("it revokes", async () => {
  const own = await TestAuthority.open();
  const { serialNumber } = (await own.birth(device)).certificate;
  const der = await own.certificateList(shardOf(serialNumber), [{ serialNumber, revocationDate: own.at }]);
  assert.deepEqual(parseCertificateList(der).revoked[0]?.serialNumber, serialNumber);
});

test("what it refuses is what births refuse", async () => {
  const own = await TestAuthority.open();
  await assert.rejects(own.birth({ ...device, sign: () => new Uint8Array(70) }), { code: "NAT_BIRTH_POSSESSION" });
});
