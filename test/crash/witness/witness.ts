// SPDX-License-Identifier: Apache-2.0
// What the world outside has seen of registrars that die: births answered and not, those refused for want of quota, and
// checkpoints, whoever served them. All of it must still be true afterwards (DESIGN 3.3).

import assert from "node:assert/strict";
import { nodeHash } from "@natalis/node";
import { parseLogProof } from "natalis/formats";
import { toHex } from "natalis/kernel";
import type { Answer } from "../../support/client.ts";
import type { BirthAnswer, SoftwareDevice } from "../../support/software-device.ts";

/** The births of one station. */
export interface Station {
  readonly id: string;
  readonly token: string;
  readonly quota: number;
}

export interface AskedDevice extends SoftwareDevice {
  readonly station: Station;
}

export interface Answered {
  readonly device: AskedDevice;
  readonly answer: BirthAnswer;
}

/** An answer to one birth, alone or as a line of a batch. */
export interface Told {
  readonly status: number;
  readonly text: string;
}

export class Witness {
  /** By device id. */
  readonly answered = new Map<string, Answered>();
  /** They may be born or not; each will ask again. */
  readonly unanswered = new Set<AskedDevice>();
  /** Past their station's quota: they must never be born. */
  readonly refused = new Set<AskedDevice>();
  readonly checkpoints = new Set<string>();
  /** The codes of answers that told to try again. */
  readonly putOff = new Set<string>();

  ask(device: AskedDevice): void {
    this.unanswered.add(device);
  }

  /**
   * Whether it is a birth's answer. One that tells to try again is none: 503, and 500 of what went wrong inside.
   * Anything else but a refusal for want of quota fails.
   */
  hear(device: AskedDevice, { status, text }: Told): boolean {
    if (status === 503 || status === 500) {
      this.putOff.add((/"code":"(NAT_[A-Z_]+)"/.exec(text) ?? [])[1] ?? text);
      return false;
    }
    this.unanswered.delete(device);
    if (status === 403 && text.includes("NAT_REGISTRY_QUOTA")) this.refused.add(device);
    else {
      assert.ok(status === 200 || status === 201, text);
      this.#keep(device, JSON.parse(text) as BirthAnswer);
    }
    return true;
  }

  see({ status, text }: Pick<Answer, "status" | "text">): void {
    if (status === 200) this.checkpoints.add(text);
  }

  #keep(device: AskedDevice, answer: BirthAnswer): void {
    const before = this.answered.get(answer.device)?.answer;
    if (before !== undefined) assert.deepEqual(documentsOf(answer), documentsOf(before));
    this.answered.set(answer.device, { device, answer });
    this.see({ status: 200, text: parseLogProof(answer.receipt).checkpoint });
  }
}

export function keyHashOf({ signer }: SoftwareDevice): string {
  return toHex(nodeHash.sha256(signer.publicKey));
}

/** A stored answer repeats all but its kind and the checkpoint of its receipt. */
function documentsOf({ device, index, certificate, chain, record, entry }: BirthAnswer) {
  return { device, index, certificate, chain, record, entry };
}
