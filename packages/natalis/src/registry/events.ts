// SPDX-License-Identifier: Apache-2.0
// What may be entered in the registry: births, lifecycle events of devices, certificates of the authority itself, and
// operators enrolled or revoked. Everything else of an entry (time, ordinal, previous, salt) is the sequencer's.

import type { AuthorityBody, BornBody, Cause, NewOperator, StationAuthority } from "./body.ts";
import type { LifecycleEventType } from "./lifecycle.ts";
import type { NewDevice } from "./ports.ts";

/** A signed and not yet entered birth. `device` must follow from the documents; the audit checks it. */
export interface BornEvent extends BornBody {
  readonly type: "born";
  readonly device: NewDevice;
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

export type RegistryEvent = BornEvent | LifecycleEvent | AuthorityEvent | OperatorEnrolledEvent | OperatorRevokedEvent;
