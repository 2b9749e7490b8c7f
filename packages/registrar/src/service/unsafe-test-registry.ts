// SPDX-License-Identifier: Apache-2.0
// For tests only: an authority and a log whose keys are forgotten when the process ends, over the stores that a test
// brings, with real certificates, entries and proofs, for the use cases of this folder.

import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { algorithms, noteSigner, parseLogPolicy, verifierKey } from "natalis/formats";
import type { Clock } from "natalis/kernel";
import { type NewOperator, type RegistryStores, Sequencer } from "natalis/registry";
import { EventQueue } from "../pipeline/event-queue.ts";
import { Nursery } from "../pipeline/nursery.ts";
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
import { Proofs } from "./proofs.ts";

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
  await queue.submit({ type: "operator-enrolled", operator: operatorOf(quota), actor: "init" });
  const policy = parseLogPolicy(`log ${verifierKey(origin, log.publicKey, nodeHash)}\nquorum none\n`);
  const trust = { arc: testArc, roots: [authorities.root.certificate], log: policy };
  return { clock, stores, mirror, sequencer, queue, proofs: new Proofs(stores, nodeHash), trust, ...authorities };
}

export type UnsafeTestRegistry = Awaited<ReturnType<typeof openUnsafeTestRegistry>>;

/** Births that this thread prepares itself. */
export function birthsOf(registry: UnsafeTestRegistry): Births {
  const { stores, queue, sequencer, proofs, root, issuing } = registry;
  return new Births({
    stores,
    preparer: new Nursery(testEquipment(registry)),
    queue,
    log: sequencer,
    proofs,
    profiles: new Map([[testProfile.product, testProfile]]),
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
