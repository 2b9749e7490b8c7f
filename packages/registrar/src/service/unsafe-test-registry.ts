// SPDX-License-Identifier: Apache-2.0
// For tests only: an authority and a log whose keys are forgotten when the process ends, over the stores that a test
// brings, with real certificates, entries and proofs, for the use cases of this folder.

import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { algorithms, noteSigner, parseLogPolicy, verifierKey } from "natalis/formats";
import type { AttestationStore, EvidenceVerifier } from "natalis/birth";
import type { Clock } from "natalis/kernel";
import { type NewOperator, type RegistryStores, Sequencer } from "natalis/registry";
import { EventQueue } from "../pipeline/event-queue.ts";
import { type BirthPreparer, Nursery } from "../pipeline/nursery.ts";
import {
  makeTestAuthorities,
  testArc,
  testEquipment,
  testProfile,
  testStart,
  testStation,
  testTask,
  testUnitTag,
} from "../pipeline/unsafe-test-nursery.ts";
import { type BirthInput, Births } from "./births.ts";
import { Incidents } from "./incidents.ts";
import { Proofs } from "./proofs.ts";
import { VolatileAttestationStore } from "./unsafe-test-attestations.ts";

export { testStart, testStation };

const origin = "test.example/births";

/** A clock that stands still until a test sets it. */
class SettableClock implements Clock {
  at = testStart.getTime();

  now(): Date {
    return new Date(this.at);
  }
}

/** The station may ask for `quota` births. */
export async function openUnsafeTestRegistry(stores: RegistryStores, quota = 100) {
  const clock = new SettableClock();
  const authorities = await makeTestAuthorities();
  const log = generateKey(algorithms.EdDSA).signer;
  const signers = [noteSigner(origin, log, nodeHash)];
  let kept: string | undefined;
  const write = (checkpoint: string): void => {
    kept = checkpoint;
  };
  const mirror = { read: () => kept, write };
  const ports = { entropy: nodeEntropy, hash: nodeHash };
  const sequencer = new Sequencer({ stores, mirror, origin, signers, ...ports });
  const queue = new EventQueue(sequencer, clock);
  const operator = operatorOf(quota);
  await queue.submit({ type: "operator-enrolled", operator, actor: "init" });
  const policy = parseLogPolicy(`log ${verifierKey(origin, log.publicKey, nodeHash)}\nquorum none\n`);
  const trust = { arc: testArc, roots: [authorities.root.certificate], log: policy };
  const newIncidents = () => new Incidents(queue, clock);
  const attestations: AttestationStore = new VolatileAttestationStore();
  const parts = {
    clock,
    stores,
    attestations,
    mirror,
    sequencer,
    queue,
    operator,
    incidents: newIncidents(),
    newIncidents,
  };
  return { ...parts, proofs: new Proofs(stores, nodeHash), trust, ...authorities };
}

export type UnsafeTestRegistry = Awaited<ReturnType<typeof openUnsafeTestRegistry>>;

/** Births that this thread prepares itself; the evidence that they bring is believed as the verifiers say. */
export function birthsOf(
  registry: UnsafeTestRegistry,
  profile = testProfile,
  evidence?: readonly EvidenceVerifier[],
  preparer?: BirthPreparer,
): Births {
  const { stores, queue, sequencer, incidents, proofs, root, issuing } = registry;
  const profiles = new Map([[profile.product, profile]]);
  return new Births({
    stores,
    preparer: preparer ?? new Nursery({ ...testEquipment(registry), profiles }, evidence),
    queue,
    log: sequencer,
    incidents,
    proofs,
    profiles,
    attestations: registry.attestations,
    keys: { unitTag: testUnitTag },
    authority: issuing,
    root: root.certificate.der,
  });
}

/** What a station asks for a unit whose key is `signer`. */
export async function birthInput(serial: string, signer = generateKey(algorithms.ES256).signer): Promise<BirthInput> {
  const { product, request } = await testTask(serial, signer);
  return { product, ...request };
}

function operatorOf(quota: number): NewOperator {
  const { id, name, role, products } = testStation;
  return { id, name, role, products, quota, tokenHash: nodeHash.sha256(new Uint8Array(32)) };
}
