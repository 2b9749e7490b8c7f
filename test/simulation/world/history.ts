// SPDX-License-Identifier: Apache-2.0
// What left the registrars, whether or not it arrived: from then on it must hold for ever.

import type { BirthOutcome } from "@natalis/registrar/parts";
import type { ErrorCode } from "natalis/kernel";
import type { Order } from "./orders.ts";

/** An answer that left a registrar, or a refusal that told the station to stop asking. */
export interface Told {
  readonly order: Order;
  readonly registrar: string;
  readonly outcome: { readonly answer: BirthOutcome } | { readonly refusal: ErrorCode };
}

/** A change of a device that an administrator asked for; with neither outcome it was not told what became of it. */
export interface Act {
  readonly deviceId: Uint8Array;
  /** Its own, so that the log tells whether and how often it was done. */
  readonly note: string;
  entered?: { readonly index: number; readonly receipt: string };
  isRefused?: boolean;
}

export class History {
  readonly told: Told[] = [];
  readonly acts: Act[] = [];
  /** Signed notes. */
  readonly checkpoints = new Set<string>();
  /** What must not happen, whatever the weather. */
  readonly violations: string[] = [];
}
