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

/** An event that is no birth and was told to be entered. */
export interface Acknowledged {
  readonly deviceId: Uint8Array;
  readonly index: number;
  readonly receipt: string;
}

export class History {
  readonly told: Told[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Signed notes. */
  readonly checkpoints = new Set<string>();
  /** What must not happen, whatever the weather. */
  readonly violations: string[] = [];
}
