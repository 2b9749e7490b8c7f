// SPDX-License-Identifier: Apache-2.0
// Evidence out of requests, where no door is between: births, offline stations, and what these bring in.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import { encodePkcs11Declaration, parseBirthRecord, type Principal } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, attestationAttribute, encodeNull, oids } from "natalis/formats";
import { evidenceAttribute } from "natalis/protect";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Nursery } from "../pipeline/nursery.ts";
import { testArc, testEquipment, testProfile } from "../pipeline/unsafe-test-nursery.ts";
import { shareKey } from "@natalis/node";
import type { BirthInput } from "./births.ts";
import { withCarriedEvidence } from "./carried-evidence.ts";
import { parseJournaled } from "./station/journaled-birth.ts";
import { StationBirths } from "./station/station-births.ts";
import { readJournal } from "@natalis/node";
import { birthsOf, openUnsafeTestRegistry, testStation } from "./unsafe-test-registry.ts";
import { intakeOf, UnsafeTestStation } from "./unsafe-test-station.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-carried-"));
after(() => rmSync(folder, { recursive: true }));

/** A request that carries a token's own word, which proves custody 1. */
async function inputWith(serial: string, beside?: BirthInput["evidence"]): Promise<BirthInput> {
  const { signer } = generateKey(algorithms.ES256);
  const flags = { alwaysSensitive: true, neverExtractable: true, local: true };
  const names = { manufacturer: "maker", model: "model", tokenSerial: "1" };
  const statement = encodePkcs11Declaration({ keyHash: nodeHash.sha256(signer.publicKey), ...flags, ...names });
  const attributes = [evidenceAttribute([{ format: "pkcs11-declared", statement }])];
  const certificationRequest = await buildCertificationRequest({ serial, signer, attributes });
  const unit = { product: testProfile.product, model: "S1", serial, facility: "plant 1" };
  return { ...unit, certificationRequest, ...(beside && { evidence: beside }) };
}

test("a request that carries none is the same, also where the attribute's OID stands elsewhere in it", async () => {
  const { signer } = generateKey(algorithms.ES256);
  const plain = { certificationRequest: await buildCertificationRequest({ serial: "A-1", signer }) };
  assert.equal(withCarriedEvidence(plain), plain);
  const octets = attestationAttribute({
    attestations: [{ type: oids.attestation, statement: encodeNull() }],
    certificates: [],
  });
  const attributes = [{ oid: "1.3.6.1.4.1.32473.1", values: octets.values }];
  const elsewhere = { certificationRequest: await buildCertificationRequest({ serial: "A-1", signer, attributes }) };
  assert.equal(withCarriedEvidence(elsewhere), elsewhere);
});

test("a birth has the evidence of its request, and its retry the stored answer", async () => {
  const registry = new VolatileInsecureRegistry();
  const births = birthsOf(await openUnsafeTestRegistry(registry.stores));
  const input = await inputWith("A-1");
  const born = await births.bear(testStation, input);
  const { custody, evidence } = parseBirthRecord(born.record);
  assert.deepEqual([custody, evidence.map(({ format }) => format)], [1, ["pkcs11-declared"]]);
  assert.equal((await births.bear(testStation, input)).kind, "stored");
  const twice = await inputWith("A-2", [{ format: "pkcs11-declared", statement: Uint8Array.of(1) }]);
  await assert.rejects(births.bear(testStation, twice), { code: "NAT_SERVICE_REQUEST" });
});

test("a station without a connection reads it too, and so does who takes the birth in", async () => {
  const made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  const hour = 3_600_000;
  const window = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
  const station = await UnsafeTestStation.enrol(made, window);
  const { id, authority, enrolled } = station;
  const principal: Principal = { id, name: "line 1", role: "station", products: [testProfile.product] };
  const preparer = new Nursery({
    ...testEquipment(made),
    authority: { certificate: enrolled.certificate, baseUrl: "http://pki.example", arc: testArc },
    issuing: shareKey(station.signer),
  });
  const bounds = authority.station as NonNullable<typeof authority.station>;
  const chain = [enrolled.certificate, ...enrolled.chain];
  const enrolment = {
    id,
    authority: { ...authority, station: bounds },
    profile: testProfile,
    chain,
    principal,
    token: "",
  };
  const path = join(folder, "journal");
  const births = await StationBirths.open(path, { enrolment, preparer, clock: { now: () => new Date() } });
  const { record } = await births.bear(principal, await inputWith("A-1"));
  assert.equal(parseBirthRecord(record).custody, 1);
  const twice = await inputWith("A-2", [{ format: "pkcs11-declared", statement: Uint8Array.of(1) }]);
  await assert.rejects(births.bear(principal, twice), { code: "NAT_SERVICE_REQUEST" });
  await births.close();
  const intake = intakeOf(made);
  const opened = await intake.open(id, principal);
  const claims = [];
  for await (const { bytes } of readJournal(path)) claims.push(parseJournaled(bytes));
  const [claim] = claims;
  assert.ok(claim !== undefined && claim.evidence === undefined);
  assert.equal((await intake.take(opened, claim)).kind, "born");
  assert.equal((await intake.take(opened, claim)).kind, "stored");
  const both = { ...claim, evidence: [{ format: "pkcs11-declared", statement: Uint8Array.of(1) }] };
  await assert.rejects(intake.take(opened, both), { code: "NAT_SERVICE_REQUEST" });
});
