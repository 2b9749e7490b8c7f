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
import type { Witness } from "./witness.ts";

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

/** Each device by itself: its papers are the ones answered, and both receipts prove its entry. */
export async function everyReceiptHolds({ admin, trust }: RunningRegistrar, { answered }: Witness): Promise<void> {
  const ground = { policy: trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  for (const { answer } of answered.values()) {
    const { device, index, entry, certificate, receipt } = answer;
    const [events, stored, later] = await Promise.all([
      admin.json<{ events: { type: string; index: number }[] }>("GET", `/devices/${device}`),
      admin.text(`/devices/${device}/certificate`),
      admin.text(`/devices/${device}/receipt`),
    ]);
    assert.deepEqual(
      events.events.map((event) => [event.type, event.index]),
      [["born", index]],
    );
    assert.equal(stored, certificate);
    for (const proof of [receipt, later])
      assert.equal((await verifyReceipt(proof, fromBase64(entry), ground)).index, index);
  }
}
