// SPDX-License-Identifier: Apache-2.0
// A birth in two round trips: begun for a unit and a key by a station, and refused where what follows is another.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { buildCertificationRequest } from "../device/index.ts";
import { algorithms } from "../formats/index.ts";
import type { Signer } from "../kernel/index.ts";
import { TestAuthority, testStationPrincipal } from "../testing/index.ts";
import { type AttestationRequest, beginAttestation, type OpenAttestation } from "./attestation.ts";
import type { EvidenceBinding, EvidenceVerifier } from "./evidence.ts";
import { type BirthContext, type NewBirth, prepareBirth } from "./prepare.ts";
import type { BirthRequest } from "./request.ts";

const key = () => generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({
  rootSigner: key(),
  issuingSigner: key(),
  profile: { models: ["TEST-1"], admission: { kind: "serials", from: "SN-0001", to: "SN-0099" } },
});
const begun = new Date("2026-03-01T12:00:00.700Z");
const later = new Date("2026-03-01T12:04:00.100Z");
const unit = { model: "TEST-1", serial: "SN-0001", facility: "TEST site" };
const parts = { principal: testStationPrincipal, profile: own.profile, entropy: nodeEntropy, hash: nodeHash };
const refused = { code: "NAT_BIRTH_ATTESTATION" };
const activation = {
  secret: new Uint8Array(32).fill(1),
  attestationKeyName: new Uint8Array(34),
  endorsementKeyHash: new Uint8Array(32),
};

const begin = (changes: Partial<AttestationRequest>, context: object = {}) =>
  beginAttestation({ ...unit, publicKey: new Uint8Array(91), ...changes }, { ...parts, at: begun, ...context });

async function prepare(
  signer: Signer,
  attestation: OpenAttestation,
  { request = {}, context = {} }: { request?: Partial<BirthRequest>; context?: Partial<BirthContext> } = {},
): Promise<{ birth: NewBirth; binding: EvidenceBinding | undefined }> {
  let binding: EvidenceBinding | undefined;
  const chip: EvidenceVerifier = {
    format: "chip",
    verify(_statement, bound) {
      binding = bound;
      return { custody: 3 };
    },
  };
  const serial = request.serial ?? unit.serial;
  const certificationRequest = await buildCertificationRequest({ serial, signer });
  const evidence = [{ format: "chip", statement: Uint8Array.of(1) }];
  const birth = await prepareBirth(
    { ...unit, certificationRequest, evidence, ...request },
    { unitTag: new Uint8Array(32) },
    {
      ...parts,
      authority: own.issuing,
      evidence: [chip],
      at: later,
      verifier: nodeSignatureVerifier,
      attestation,
      ...context,
    },
  );
  if (birth.kind !== "new") assert.fail("a stored birth");
  return { birth, binding };
}

suite("what is begun", () => {
  test("has an id, a nonce and an end of its own, and the facts with their time", async () => {
    const [one, other] = [await begin({}), await begin({})];
    assert.deepEqual([one.id.length, one.nonce.length], [16, 32]);
    assert.notDeepEqual([one.id, one.nonce], [other.id, other.nonce]);
    assert.deepEqual(one.factsHash, other.factsHash);
    assert.equal(one.bornAt, Math.floor(begun.getTime() / 1000));
    assert.equal(one.expiresAt.getTime(), begun.getTime() + 600_000);
    assert.equal(one.station, testStationPrincipal.id);
    assert.equal(one.activation, undefined);
  });

  const strangers = [
    ["by nobody who may ask", {}, { principal: { ...testStationPrincipal, role: "auditor" } }, "NAT_AUTHORIZE_DENIED"],
    ["for another product", {}, { principal: { ...testStationPrincipal, products: [] } }, "NAT_BIRTH_STATION_PRODUCT"],
    ["after the station's time", {}, { principal: { ...testStationPrincipal, notAfter: 1 } }, "NAT_AUTHORIZE_WINDOW"],
    ["for a unit that is not expected", { serial: "SN-0100" }, {}, "NAT_BIRTH_NOT_ADMITTED"],
    ["for another model", { model: "TEST-2" }, {}, "NAT_BIRTH_NOT_ADMITTED"],
    ["for facts that are none", { facility: "" }, {}, "NAT_BIRTH_FACTS"],
  ] as const;
  for (const [what, changes, context, code] of strangers)
    test(`not ${what}`, async () => assert.rejects(begin(changes, context), { code }));
});

suite("the birth that follows", () => {
  test("is born at the time that it was begun, by evidence bound to nonce and activation", async () => {
    const signer = key();
    const attestation = { ...(await begin({ publicKey: signer.publicKey })), activation };
    const { birth, binding } = await prepare(signer, attestation);
    assert.equal(birth.record.custody, 3);
    assert.equal(birth.record.bornAt, attestation.bornAt);
    assert.deepEqual(birth.factsHash, attestation.factsHash);
    const { publicKey } = signer;
    assert.deepEqual(binding, { publicKey, factsHash: birth.factsHash, nonce: attestation.nonce, activation });
  });

  test("is for the same unit: serial, facility, hardware and firmware", async () => {
    const signer = key();
    const attestation = await begin({ publicKey: signer.publicKey });
    const others = [
      { serial: "SN-0002" },
      { facility: "elsewhere" },
      { hardwareRevision: "C" },
      { firmwareDigest: new Uint8Array(32) },
    ];
    for (const request of others) await assert.rejects(prepare(signer, attestation, { request }), refused);
  });

  test("has the same key, and the same station asks for it", async () => {
    const signer = key();
    const attestation = await begin({ publicKey: signer.publicKey });
    await assert.rejects(prepare(key(), attestation), refused);
    const principal = { ...testStationPrincipal, id: "station-2" };
    await assert.rejects(prepare(signer, attestation, { context: { principal } }), refused);
  });

  test("comes in time", async () => {
    const signer = key();
    const attestation = await begin({ publicKey: signer.publicKey });
    const last = new Date(attestation.expiresAt.getTime() - 1);
    assert.equal((await prepare(signer, attestation, { context: { at: last } })).birth.record.custody, 3);
    await assert.rejects(prepare(signer, attestation, { context: { at: attestation.expiresAt } }), refused);
  });

  test("may bring no evidence after all, and is custody 0", async () => {
    const signer = key();
    const attestation = await begin({ publicKey: signer.publicKey });
    const { birth } = await prepare(signer, attestation, { request: { evidence: [] } });
    assert.equal(birth.record.custody, 0);
  });
});
