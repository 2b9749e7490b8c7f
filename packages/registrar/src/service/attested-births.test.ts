// SPDX-License-Identifier: Apache-2.0
// Births that were begun before: what was begun is good for one of them, by its station; a retry needs it no more.

import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { beginAttestation, type EvidenceBinding, type EvidenceVerifier } from "natalis/birth";
import { algorithms, parseCertificationRequest } from "natalis/formats";
import { VolatileInsecureRegistry } from "natalis/testing";
import { testProfile } from "../pipeline/unsafe-test-nursery.ts";
import { pipelineError } from "../pipeline/errors.ts";
import type { BirthPreparer } from "../pipeline/nursery.ts";
import { Attestations } from "./attestations.ts";
import type { BirthInput, Births } from "./births.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

const gone = { code: "NAT_BIRTH_ATTESTATION" };
const evidence = [{ format: "chip", statement: Uint8Array.of(1) }];
let seen: EvidenceBinding[];
const chip: EvidenceVerifier = {
  format: "chip",
  verify(_statement, binding) {
    seen.push(binding);
    return { custody: 3 };
  },
};
let registry: VolatileInsecureRegistry;
let made: UnsafeTestRegistry;
let births: Births;

beforeEach(async () => {
  seen = [];
  registry = new VolatileInsecureRegistry();
  made = await openUnsafeTestRegistry(registry.stores);
  births = birthsOf(made, testProfile, [chip]);
});

async function begun(input: BirthInput, station = testStation) {
  const { publicKey } = parseCertificationRequest(input.certificationRequest);
  const parts = { profile: testProfile, at: new Date(), entropy: nodeEntropy, hash: nodeHash };
  const attestation = await beginAttestation({ ...input, publicKey }, { principal: station, ...parts });
  await made.attestations.put(attestation);
  return attestation;
}

suite("a birth that was begun", () => {
  test("has its evidence bound to the nonce, and is custody 3", async () => {
    const input = { ...(await birthInput("A-1")), evidence };
    const { id, nonce } = await begun(input);
    await births.bear(testStation, { ...input, attestation: id });
    assert.deepEqual(seen[0]?.nonce, nonce);
    assert.equal(registry.tables.devices[0]?.custody, 3);
  });

  test("gets the stored answer again, also from another attestation, and also after its own", async () => {
    const signer = generateKey(algorithms.ES256).signer;
    const input = { ...(await birthInput("A-1", signer)), evidence };
    const { id } = await begun(input);
    const first = await births.bear(testStation, { ...input, attestation: id });
    const second = await births.bear(testStation, { ...(await birthInput("A-1", signer)), evidence, attestation: id });
    const { id: another } = await begun(input);
    const third = await births.bear(testStation, { ...input, attestation: another });
    assert.deepEqual([first.kind, second.kind, third.kind], ["born", "stored", "stored"]);
    assert.deepEqual(second.deviceId, first.deviceId);
  });

  test("is refused with what was used for another", async () => {
    const input = { ...(await birthInput("A-1")), evidence };
    const { id } = await begun(input);
    await births.bear(testStation, { ...input, attestation: id });
    await assert.rejects(births.bear(testStation, { ...(await birthInput("A-2")), attestation: id }), gone);
    assert.equal(registry.tables.devices.length, 1);
  });

  test("is refused with what was never begun, and what another station began, which that keeps", async () => {
    const input = { ...(await birthInput("A-1")), evidence };
    await assert.rejects(births.bear(testStation, { ...input, attestation: new Uint8Array(16) }), gone);
    const other = { ...testStation, id: "station-2" };
    const { id } = await begun(input, other);
    await assert.rejects(births.bear(testStation, { ...input, attestation: id }), gone);
    assert.ok(await made.attestations.take(id, other.id));
  });

  test("spends it where it is refused", async () => {
    const input = { ...(await birthInput("A-1")), evidence };
    const { id } = await begun(input);
    const elsewhere = { ...input, facility: "elsewhere", attestation: id };
    await assert.rejects(births.bear(testStation, elsewhere), gone);
    await assert.rejects(births.bear(testStation, { ...input, attestation: id }), gone);
  });

  test("keeps it where there is no room for the birth", async () => {
    const input = { ...(await birthInput("A-1")), evidence };
    const { id } = await begun(input);
    const full: BirthPreparer = {
      isOpen: true,
      hasRoom: true,
      prepare: () => Promise.reject(pipelineError("NAT_PIPELINE_FULL", "a test")),
    };
    const busy = birthsOf(made, testProfile, [chip], full);
    await assert.rejects(busy.bear(testStation, { ...input, attestation: id }), { code: "NAT_PIPELINE_FULL" });
    const closed = birthsOf(made, testProfile, [chip], { ...full, isOpen: false });
    await assert.rejects(closed.bear(testStation, { ...input, attestation: id }), { code: "NAT_PIPELINE_FULL" });
    assert.equal((await births.bear(testStation, { ...input, attestation: id })).kind, "born");
  });
});

test("without a TPM a nonce is begun, for products and units that are known", async () => {
  const { attestations, clock } = made;
  const profiles = new Map([[testProfile.product, testProfile]]);
  const context = { roots: [], hash: nodeHash, verifier: { verify: () => false } };
  const service = new Attestations({ attestations, profiles, evidence: () => context, clock });
  const unit = { product: testProfile.product, model: "S1", serial: "A-1", facility: "plant 1" };
  const input = { ...unit, publicKey: new Uint8Array(91) };
  const { attestation, credential } = await service.begin(testStation, input);
  assert.equal(credential, undefined);
  assert.deepEqual(await attestations.take(attestation.id, testStation.id), attestation);
  await assert.rejects(service.begin(testStation, { ...input, product: "none" }), { code: "NAT_SERVICE_NOT_FOUND" });
  const tpm = {
    endorsementCertificates: [],
    endorsementKey: Uint8Array.of(1),
    attestationKey: Uint8Array.of(1),
    key: Uint8Array.of(1),
  };
  await assert.rejects(service.begin(testStation, { ...input, tpm }), { code: "NAT_TPM_STRUCTURE" });
});
