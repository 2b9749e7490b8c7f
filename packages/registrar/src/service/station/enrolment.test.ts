// SPDX-License-Identifier: Apache-2.0
// What a station is given is kept only where it holds: for its key, under its trust file's roots, as a station's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { VolatileInsecureRegistry } from "natalis/testing";
import { openUnsafeTestRegistry } from "../unsafe-test-registry.ts";
import { UnsafeTestStation } from "../unsafe-test-station.ts";
import { type EnrolmentFile, openEnrolment } from "./enrolment.ts";

const made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
const foreign = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
const station = await UnsafeTestStation.enrol(made);
const other = await UnsafeTestStation.enrol(made);
const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);

const file: EnrolmentFile = {
  id: station.id,
  name: "line 1",
  product: "sensor",
  quota: 3,
  notBefore: "2026-03-01T00:00:00.000Z",
  notAfter: "2026-03-31T00:00:00.000Z",
  certificate: pem(station.enrolled.certificate),
  chain: station.enrolled.chain.map(pem),
  profile: station.enrolled.profile,
  publicUrl: "http://pki.example",
  token: station.enrolled.token,
};
const { publicKey } = station.signer;
const open = (changes: Partial<EnrolmentFile> = {}, trust = made.trust, key: Uint8Array | undefined = publicKey) =>
  openEnrolment(JSON.stringify({ ...file, ...changes }), trust, key);

test("an enrolment that holds tells authority, profile, chain, and as whom the station admits", async () => {
  const { authority, profile, chain, principal, token } = await open();
  assert.equal(authority.station.quota, 3);
  assert.deepEqual([profile.product, chain.length, token], ["sensor", 3, station.enrolled.token]);
  assert.deepEqual(principal, { id: station.id, name: "line 1", role: "station", products: ["sensor"] });
});

test("who brings births in reads it without the key", async () => {
  assert.equal((await open({}, made.trust, undefined)).id, station.id);
});

const refused: readonly [what: string, why: RegExp, work: () => Promise<unknown>][] = [
  ["for another key", /another key/, () => open({}, made.trust, generateKey(algorithms.ES256).signer.publicKey)],
  ["of another station", /not of/, () => open({ id: other.id })],
  ["with another station's certificate", /another key/, () => open({ certificate: pem(other.enrolled.certificate) })],
  ["under roots that are not trusted", /NAT_PATH_/, () => open({}, foreign.trust)],
  ["without its chain", /NAT_PATH_ISSUER_UNKNOWN/, () => open({ chain: [] })],
  [
    "whose certificate is no station's",
    /no station's/,
    () => open({ certificate: pem(made.issuing.certificate.der) }, made.trust, made.issuingKey.publicKey),
  ],
  ["for another product than it is certified for", /product is not sensor/, () => open({ product: "toaster" })],
  ["with a profile that is none", /NAT_ISSUE_PROFILE/, () => open({ profile: {} })],
  ["that is no JSON", /JSON/, () => openEnrolment("{", made.trust, publicKey)],
  ["that lacks a member", /token/, () => open({ token: undefined as unknown as string })],
];
for (const [what, why, work] of refused)
  test(`refused: an enrolment ${what}`, async () => {
    await assert.rejects(work, { code: "NAT_STATION_ENROLMENT", message: why });
  });
