// SPDX-License-Identifier: Apache-2.0
// Suspend, resume, revoke, retire: entries of the log, each with who did it and why.

import type { Clock } from "natalis/kernel";
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
  /** As this event left it. */
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
  readonly #clock: Clock;

  constructor(queue: EventQueue, proofs: Proofs, clock: Clock) {
    this.#queue = queue;
    this.#proofs = proofs;
    this.#clock = clock;
  }

  /** @throws NAT_SERVICE_NOT_FOUND, NAT_LIFECYCLE_REFUSED, NAT_SERVICE_REQUEST */
  async change(verb: LifecycleVerb, deviceId: Uint8Array, request: LifecycleRequest): Promise<LifecycleAnswer> {
    const before = await this.#proofs.device(deviceId);
    const event = eventFor(verb, deviceId, request, this.#clock.now());
    const { index, receipt, device = before } = await this.#queue.submit(event);
    return { device, index, receipt };
  }
}

function eventFor(verb: LifecycleVerb, deviceId: Uint8Array, request: LifecycleRequest, at: Date): LifecycleEvent {
  const { actor, reason, note, invalidityDate } = request;
  if (verb !== "revoke" && (reason !== undefined || invalidityDate !== undefined))
    throw serviceError("NAT_SERVICE_REQUEST", `${verb}: a reason and an invalidity date are a revocation's`);
  return {
    type: eventOf[verb],
    deviceId,
    actor,
    ...(reason === undefined ? {} : { reason: revocationReasons[reason] }),
    ...(note === undefined ? {} : { note }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: secondsOf(invalidityDate, at) }),
  };
}

/**
 * Unix seconds. What is entered stays for ever, in the log and on the CRL, so an instant that neither can carry must
 * not get that far; and nobody knows yet of a compromise to come.
 */
function secondsOf(invalidityDate: string, at: Date): number {
  const since = Date.parse(invalidityDate);
  if (!(since >= 0 && since <= at.getTime()))
    throw serviceError("NAT_SERVICE_REQUEST", `invalidity date ${invalidityDate}: not from 1970 until now`);
  return Math.floor(since / 1000);
}
