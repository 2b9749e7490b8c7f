// SPDX-License-Identifier: Apache-2.0
// What may be entered in the registry: births, lifecycle events of devices, certificates of the authority itself,
// operators enrolled or revoked, and births that were refused because someone was born before. Everything else of an entry (time, ordinal, previous, salt) is the sequencer's.

import type { AuthorityBody, BornBody, Cause, NewOperator, RefusedBirthBody, StationAuthority } from "./body.ts";
import type { LifecycleEventType } from "./lifecycle.ts";
import type { NewDevice } from "./ports.ts";

/** A signed and not yet entered birth. `device` must follow from the documents; the audit checks it. */
export interface BornEvent extends BornBody {
  readonly type: "born";
  readonly device: NewDevice;
  /** SHA-256 of each statement of evidence that the record names; absent: it names none. */
  readonly evidence?: readonly Uint8Array[];
  /** Those statements whole, as the chapter of births writes them; absent: it names none. */
  readonly keptEvidence?: Uint8Array;
  readonly terms?: BirthTerms;
}

/** On what the commit takes a birth, beside its key and unit being new. */
export interface BirthTerms {
  /** The most births that its product line may ever have; absent: no bound. */
  readonly quota?: number;
  /** Whether the unit must be in the product line's list, and not born of it. */
  readonly listed: boolean;
}

export interface LifecycleEvent extends Cause {
  readonly type: LifecycleEventType;
  readonly deviceId: Uint8Array;
  /** CRLReason; of a revocation only, where it is unspecified (0) if absent. */
  readonly reason?: number;
  /** Since when the key must be held lost, Unix seconds (RFC 5280 section 5.3.2); of a revocation only. */
  readonly invalidityDate?: number;
}

export interface AuthorityEvent extends AuthorityBody {
  readonly type: "authority";
  /** SHA-256 of the certificate's SPKI. */
  readonly keyHash: Uint8Array;
}

export interface OperatorEnrolledEvent extends Cause {
  readonly type: "operator-enrolled";
  readonly operator: NewOperator;
  /** Of a station that bears units without a connection. */
  readonly authority?: StationAuthority | undefined;
}

export interface OperatorRevokedEvent extends Cause {
  readonly type: "operator-revoked";
  readonly operatorId: string;
}

/** A birth that was refused since its key, its unit or its evidence was born before; the same one is entered once. */
export interface RefusedBirthEvent extends RefusedBirthBody {
  readonly type: "birth-refused";
  /** SHA-256 of the SPKI that asked. */
  readonly keyHash: Uint8Array;
  /** The unit that was asked for. */
  readonly unitTag: Uint8Array;
}

export type RegistryEvent =
  | BornEvent
  | LifecycleEvent
  | AuthorityEvent
  | OperatorEnrolledEvent
  | OperatorRevokedEvent
  | RefusedBirthEvent;
