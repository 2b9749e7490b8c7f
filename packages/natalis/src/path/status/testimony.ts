// SPDX-License-Identifier: Apache-2.0
// What the evidence says of one certificate, collected from all of it before anything is concluded.

import type { NatalisError } from "../../kernel/index.ts";
import { refusalOf } from "./refusal.ts";

export type StatusSource = "crl" | "ocsp";

export interface Good {
  readonly state: "good";
  readonly source: StatusSource;
  /** thisUpdate of the list or response. */
  readonly asOf: Date;
}

export interface Revoked {
  readonly state: "revoked";
  readonly source: StatusSource;
  /** CRLReason (RFC 5280 5.3.1). A hold (6) may be lifted, everything else is final. */
  readonly reason: number;
  readonly revokedAt: Date;
  /** When the key is known or suspected to have been compromised (RFC 5280 5.3.2). */
  readonly invalidityDate?: Date;
  readonly asOf: Date;
}

/** Filled by whoever asks a kind of evidence. */
export class Testimony {
  readonly good: Good[] = [];
  readonly revoked: Revoked[] = [];
  /** Why the rest of the evidence says nothing. */
  readonly causes: NatalisError[] = [];
  /** Whether any evidence claims to speak of the certificate, authentic or not. */
  presented = false;

  /** Keeps what evidence is refused for. @throws as refusalOf */
  refuse(error: unknown): void {
    this.causes.push(refusalOf(error));
  }
}
