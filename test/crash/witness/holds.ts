// SPDX-License-Identifier: Apache-2.0
// All that must hold of a registrar after one died, whoever it is that answers now (DESIGN 3.3, 3.4).

import assert from "node:assert/strict";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { fromBase64 } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { readEntries, statementOf } from "../../support/log-reader.ts";
import type { RunningRegistrar } from "../../support/registrar.ts";
import { CheckpointFollower } from "./checkpoints.ts";
import { entriesAreInPlace, isRegisteredOnce } from "./registered.ts";
import type { BirthAnswer } from "../../support/software-device.ts";
import type { Witness } from "./witness.ts";

/** Devices that a registrar is asked about one by one. */
const askedAbout = 200;

const followers = new WeakMap<Witness, CheckpointFollower>();

/** While nobody asks for births. */
export async function holds(registrar: RunningRegistrar, witness: Witness): Promise<void> {
  const follower = followers.get(witness) ?? new CheckpointFollower();
  followers.set(witness, follower);
  const note = await registrar.plain.text("/log/checkpoint");
  witness.see({ status: 200, text: note });
  const entries = await readEntries(registrar.plain, statementOf(note).size);
  entriesAreInPlace(entries, witness);
  await follower.contradictNothing(registrar, witness.checkpoints, entries);
  await isRegisteredOnce(registrar, witness, entries);
}

/**
 * Each device by itself: the receipt it was answered proves its entry, and so does the one of today; its papers are the
 * ones answered. Of many devices the registrar is asked about some.
 */
export async function everyReceiptHolds(registrar: RunningRegistrar, { answered }: Witness): Promise<void> {
  const ground = { policy: registrar.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  const each = Math.ceil(answered.size / askedAbout);
  for (const [i, { answer }] of [...answered.values()].entries()) {
    const { index, entry, receipt } = answer;
    const receipts = i % each === 0 ? [receipt, await askedPapers(registrar, answer)] : [receipt];
    for (const proof of receipts) assert.equal((await verifyReceipt(proof, fromBase64(entry), ground)).index, index);
  }
}

/** Answers the receipt of today. */
async function askedPapers({ admin }: RunningRegistrar, { device, index, certificate }: BirthAnswer): Promise<string> {
  const { events } = await admin.json<{ events: { type: string; index: number }[] }>("GET", `/devices/${device}`);
  const found = events.map((event) => [event.type, event.index]);
  assert.deepEqual(found, [["born", index]]);
  assert.equal(await admin.text(`/devices/${device}/certificate`), certificate);
  return admin.text(`/devices/${device}/receipt`);
}
