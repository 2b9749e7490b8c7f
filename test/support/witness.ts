// SPDX-License-Identifier: Apache-2.0
// What the world outside has seen of a registrar that is killed: births answered and not, and checkpoints, whoever
// served them. All of it must still be true afterwards (DESIGN 3.3).

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { parseLogProof, verifyCheckpoint } from "natalis/formats";
import { toBase64, toHex } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import type { Answer } from "./client.ts";
import { readEntries, rootsBySize, statementOf } from "./log-reader.ts";
import type { RunningRegistrar } from "./registrar.ts";
import { type BirthAnswer, birthOf, makeDevice, papersOf, type SoftwareDevice } from "./software-device.ts";

/** Signatures of so many of the newest checkpoints are verified each time. */
const verifiedCheckpoints = 4;

interface Listed {
  readonly device: string;
  readonly state: string;
  readonly certificateHash: string;
}

export class Witness {
  readonly answered = new Map<string, BirthAnswer>();
  readonly unanswered = new Set<SoftwareDevice>();
  readonly checkpoints = new Set<string>();

  /**
   * A factory line: one birth after the other until the registrar is gone, or `isOver` says so. Where `mayPutOff`, an
   * answer that tells to try again is none.
   */
  async bearUntilGone(
    { admin }: RunningRegistrar,
    name: string,
    { tell, isOver, mayPutOff = false }: { tell?: () => void; isOver?: () => boolean; mayPutOff?: boolean } = {},
  ): Promise<void> {
    for (let number = 0; ; number++) {
      if (isOver?.() === true) return;
      const device = await makeDevice(`${name}-${number}`);
      this.unanswered.add(device);
      const answer = await admin.ask("POST", "/births", { body: birthOf(device) }).catch(() => undefined);
      if (answer === undefined) return;
      if (mayPutOff && answer.status === 503) continue;
      this.#take(device, answer);
      tell?.();
    }
  }

  async watchCheckpoints({ plain }: RunningRegistrar, isOver?: () => boolean): Promise<void> {
    for (;;) {
      if (isOver?.() === true) return;
      const answer = await plain.ask("GET", "/log/checkpoint").catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status === 200) this.checkpoints.add(answer.text);
      await wait(10);
    }
  }

  /** Devices that got no answer ask once more with the same request. */
  async askAgain({ admin }: RunningRegistrar): Promise<void> {
    for (const device of this.unanswered)
      this.#take(device, await admin.ask("POST", "/births", { body: birthOf(device) }));
  }

  /** What was answered is in registry and log, and no checkpoint contradicts the log. */
  async holds(registrar: RunningRegistrar): Promise<void> {
    const note = await registrar.plain.text("/log/checkpoint");
    this.checkpoints.add(note);
    const { size } = await verified(registrar, note);
    const entries = await readEntries(registrar.plain, size);
    for (const { index, entry } of this.answered.values()) assert.equal(toBase64(entries[index] as Uint8Array), entry);
    await this.#contradictsNothing(registrar, rootsBySize(entries));
    await this.#isRegistered(registrar);
  }

  /** Each device by itself: its papers are the ones answered, and both receipts prove its entry. */
  async everyReceiptHolds({ admin, trust }: RunningRegistrar): Promise<void> {
    const ground = { policy: trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
    for (const { device, index, entry, certificate, receipt } of this.answered.values()) {
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
      const bytes = Buffer.from(entry, "base64");
      for (const proof of [receipt, later]) assert.equal((await verifyReceipt(proof, bytes, ground)).index, index);
    }
  }

  #take(device: SoftwareDevice, { status, text }: Answer): void {
    assert.ok(status === 200 || status === 201, text);
    const answer = JSON.parse(text) as BirthAnswer;
    this.unanswered.delete(device);
    this.answered.set(answer.device, answer);
    this.checkpoints.add(parseLogProof(answer.receipt).checkpoint);
  }

  /** Roots were signed at many sizes: each must be the one that the entries have at that size. */
  async #contradictsNothing(registrar: RunningRegistrar, roots: readonly Uint8Array[]): Promise<void> {
    for (const note of this.checkpoints) {
      const { size, root } = statementOf(note);
      assert.equal(toHex(root), toHex(roots[size] ?? new Uint8Array(0)), `a checkpoint of size ${size}`);
    }
    await Promise.all([...this.checkpoints].slice(-verifiedCheckpoints).map((note) => verified(registrar, note)));
  }

  /** Exactly what was answered: nothing is missing, and nothing is there that nobody got. */
  async #isRegistered({ admin }: RunningRegistrar): Promise<void> {
    const found: Listed[] = [];
    for (let next = ""; ; ) {
      const page = await admin.json<{ devices: Listed[]; next?: number }>("GET", `/devices?limit=500${next}`);
      found.push(...page.devices);
      if (page.next === undefined) break;
      next = `&after=${page.next}`;
    }
    assert.equal(found.length, this.answered.size);
    for (const { device, state, certificateHash } of found) {
      const { certificate } = papersOf(this.answered.get(device) ?? assert.fail(`${device} was never answered`));
      assert.deepEqual([state, certificateHash], ["active", toHex(nodeHash.sha256(certificate))]);
    }
  }
}

function verified({ trust }: RunningRegistrar, note: string) {
  return verifyCheckpoint(note, trust.log, { verifier: nodeSignatureVerifier, hash: nodeHash });
}
