// SPDX-License-Identifier: Apache-2.0
// A finding: what one authentic piece of evidence says of a device's state.

import type { DeviceState } from "../registry/index.ts";

export type StatusSourceKind = "state-proof" | "crl" | "ocsp";

/** Where a status comes from, and how old it is. */
export interface StatusSource {
  readonly kind: StatusSourceKind;
  /** The instant that the evidence speaks of: the time of the state entry, or thisUpdate of the list or response. */
  readonly asOf: Date;
}

export interface Finding extends StatusSource {
  /** Whose certificate it is about: an authority's state is its devices' too. */
  readonly about: "device" | "authority";
  readonly state: DeviceState;
  /** Since when; a list or a response that says good does not say. */
  readonly since?: Date;
  /** CRLReason (RFC 5280 5.3.1), where a list or a response says. */
  readonly reason?: number;
  /** When the key is known or suspected to have been compromised (RFC 5280 5.3.2). */
  readonly invalidityDate?: Date;
  /** Whether it is fresh enough to vouch that the device is active. */
  readonly fresh: boolean;
}
