// SPDX-License-Identifier: Apache-2.0
// For tests only: a station under the authority of a test registry, whose key is forgotten when the process ends, and
// births that it bears, true and false.

import { generateKey, type NodeSigner, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { type ClaimedBirth, type NewBirth, type Principal, prepareBirth, signBirth } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, parseCertificate } from "natalis/formats";
import { type Authority, openAuthority } from "natalis/issue";
import type { Signer } from "natalis/kernel";
import { Nursery } from "../pipeline/nursery.ts";
import { testArc, testEquipment, testProfile, testStart, testUnitTag } from "../pipeline/unsafe-test-nursery.ts";
import { type IntakeContext, StationIntake } from "./station-intake.ts";
import { type EnrolledStation, type StationRequest, Stations } from "./stations.ts";
import type { UnsafeTestRegistry } from "./unsafe-test-registry.ts";

const testWindow = {
  notBefore: new Date("2026-03-01T00:00:00Z"),
  notAfter: new Date("2026-03-31T00:00:00Z"),
};

export function stationsOf(registry: UnsafeTestRegistry): Stations {
  const { stores, queue, issuing, issuingKey, root, clock } = registry;
  const profiles = new Map([[testProfile.product, testProfile]]);
  const ports = { clock, entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };
  const own = { authority: issuing, issuing: issuingKey, root: root.certificate.der };
  return new Stations({ stores, queue, profiles, ...own, ...ports });
}

export function intakeOf(registry: UnsafeTestRegistry, changes: Partial<IntakeContext> = {}): StationIntake {
  const { stores, queue, proofs, incidents, sequencer: log } = registry;
  const profiles = new Map([[testProfile.product, testProfile]]);
  const preparer = new Nursery(testEquipment(registry));
  const chain = [registry.issuing, registry.root].map(({ certificate }) => certificate.der);
  const parts = { stores, preparer, queue, log, incidents, proofs, profiles, keys: { unitTag: testUnitTag }, chain };
  return new StationIntake({ ...parts, ...changes });
}

export async function stationRequest(signer: Signer, changes: Partial<StationRequest> = {}): Promise<StationRequest> {
  const certificationRequest = await buildCertificationRequest({ serial: "line 1", signer });
  const asked = { name: "line 1", product: testProfile.product, quota: 3, ...testWindow };
  return { ...asked, certificationRequest, ...changes };
}

/** A station that was enrolled. */
export class UnsafeTestStation {
  readonly enrolled: EnrolledStation;
  readonly signer: NodeSigner;
  readonly authority: Authority;

  constructor(enrolled: EnrolledStation, signer: NodeSigner) {
    this.enrolled = enrolled;
    this.signer = signer;
    const certificate = parseCertificate(enrolled.certificate);
    this.authority = openAuthority({ certificate, baseUrl: "http://pki.example", arc: testArc, hash: nodeHash });
  }

  static async enrol(registry: UnsafeTestRegistry, changes: Partial<StationRequest> = {}): Promise<UnsafeTestStation> {
    const { signer } = generateKey(algorithms.ES256);
    const enrolled = await stationsOf(registry).enrol(await stationRequest(signer, changes), "admin");
    return new UnsafeTestStation(enrolled, signer);
  }

  get id(): string {
    return this.enrolled.operator.id;
  }

  async bear(serial: string, device = generateKey(algorithms.ES256).signer, at = testStart): Promise<ClaimedBirth> {
    const certificationRequest = await buildCertificationRequest({ serial, signer: device });
    const principal: Principal = { id: this.id, name: "line 1", role: "station", products: [testProfile.product] };
    const ports = { entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };
    const context = { principal, profile: testProfile, authority: this.authority, at, ...ports };
    const request = { certificationRequest, model: "S1", serial, facility: "plant 1" };
    const prepared = (await prepareBirth(request, { unitTag: new Uint8Array(32) }, context)) as NewBirth;
    const { record, certificate } = await signBirth(prepared, this.signer, nodeHash);
    return { certificationRequest, record, certificate };
  }
}
