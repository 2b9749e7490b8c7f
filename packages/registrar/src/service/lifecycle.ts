// SPDX-License-Identifier: Apache-2.0
// Suspend, resume, revoke, retire: entries of the log, each with who did it and why.

import { type DeviceRow, type LifecycleEvent, type LifecycleEventType, revocationReasons } from "natalis/registry";
import type { EventQueue } from "../pipeline/event-queue.ts";
import { serviceError } from "./errors.ts";
import type { Proofs } from "./proofs.ts";

export type LifecycleVerb = "suspend" | "resume" | "revoke" | "retire";

export interface LifecycleRequest {
  readonly actor: string;
  /** Of a revocation only. */
  readonly reason?: keyof typeof revocationReasons | undefined;
  readonly note?: string | undefined;
  /** Of a revocation only: since when the key is suspect, ISO 8601. */
  readonly invalidityDate?: string | undefined;
}

export interface LifecycleAnswer {
  readonly device: DeviceRow;
  readonly index: number;
  readonly receipt: string;
}

const eventOf: Readonly<Record<LifecycleVerb, LifecycleEventType>> = {
  suspend: "suspended",
  resume: "resumed",
  revoke: "revoked",
  retire: "retired",
};

export class Lifecycle {
  readonly #queue: EventQueue;
  readonly #proofs: Proofs;

  constructor(queue: EventQueue, proofs: Proofs) {
    this.#queue = queue;
    this.#proofs = proofs;
  }

  /** @throws NAT_SERVICE_NOT_FOUND, NAT_LIFECYCLE_REFUSED, NAT_SERVICE_REQUEST */
  async change(verb: LifecycleVerb, deviceId: Uint8Array, request: LifecycleRequest): Promise<LifecycleAnswer> {
    await this.#proofs.device(deviceId);
    const { index } = await this.#queue.submit(eventFor(verb, deviceId, request));
    return { device: await this.#proofs.device(deviceId), index, receipt: await this.#proofs.receipt(index) };
  }
}

function eventFor(verb: LifecycleVerb, deviceId: Uint8Array, request: LifecycleRequest): LifecycleEvent {
  const { actor, reason, note, invalidityDate } = request;
  if (verb !== "revoke" && (reason !== undefined || invalidityDate !== undefined))
    throw serviceError("NAT_SERVICE_REQUEST", `${verb}: a reason and an invalidity date are a revocation's`);
  return {
    type: eventOf[verb],
    deviceId,
    actor,
    ...(reason === undefined ? {} : { reason: revocationReasons[reason] }),
    ...(note === undefined ? {} : { note }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: Math.floor(Date.parse(invalidityDate) / 1000) }),
  };
}
