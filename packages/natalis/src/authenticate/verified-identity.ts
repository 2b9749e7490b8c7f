// SPDX-License-Identifier: Apache-2.0
// The proofs, as types, that authentication ends with. The room's index exports the types and not the classes, and
// their private fields keep look-alikes out: whoever holds one got it from verifyIdentity or verifyAnswer.

import type { Certificate } from "../formats/index.ts";
import type { VerifiedPath } from "../path/index.ts";
import type { DeviceIdentity } from "./device-identity.ts";
import type { StatusSource } from "./finding.ts";

export interface IdentityFacts extends DeviceIdentity {
  readonly path: VerifiedPath;
  /** "unknown" only where the caller's policy accepts that. */
  readonly state: "active" | "unknown";
  /** What says so, and how fresh it is; empty where the state is unknown. */
  readonly statusSources: readonly StatusSource[];
  readonly at: Date;
}

/** Step 1: this certificate names this device, and its path and status were checked. Its holder may be anyone. */
export class VerifiedIdentity implements IdentityFacts {
  readonly #verified = true;
  readonly deviceId: Uint8Array;
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly custody: number;
  readonly birthRecord: Uint8Array;
  readonly path: VerifiedPath;
  readonly state: "active" | "unknown";
  readonly statusSources: readonly StatusSource[];
  readonly at: Date;

  constructor(facts: IdentityFacts) {
    this.deviceId = facts.deviceId;
    this.maker = facts.maker;
    this.model = facts.model;
    this.serial = facts.serial;
    this.custody = facts.custody;
    this.birthRecord = facts.birthRecord;
    this.path = facts.path;
    this.state = facts.state;
    this.statusSources = facts.statusSources;
    this.at = facts.at;
  }

  get certificate(): Certificate {
    return this.path.certificates[0];
  }

  static isVerified(value: unknown): value is VerifiedIdentity {
    return typeof value === "object" && value !== null && #verified in value;
  }
}

export interface AnswerFacts {
  readonly audience: string;
  /** Of the challenge that was answered. */
  readonly nonce: Uint8Array;
  /** The device's own clock: told, not verified. */
  readonly deviceTime: Date;
  /** Whether the answer is bound to the channel that the policy named. */
  readonly channelBound: boolean;
}

/** Steps 1 and 2: and whoever answered holds the certified key now. */
export class AuthenticatedIdentity extends VerifiedIdentity {
  readonly #authenticated = true;
  readonly answer: AnswerFacts;

  constructor(identity: VerifiedIdentity, answer: AnswerFacts) {
    super(identity);
    this.answer = answer;
  }

  static isAuthenticated(value: unknown): value is AuthenticatedIdentity {
    return typeof value === "object" && value !== null && #authenticated in value;
  }
}

/** Whether a value of unknown origin is one: for callers without a type checker. */
export function isVerifiedIdentity(value: unknown): value is VerifiedIdentity {
  return VerifiedIdentity.isVerified(value);
}

/** Whether a value of unknown origin is one: for callers without a type checker. */
export function isAuthenticatedIdentity(value: unknown): value is AuthenticatedIdentity {
  return AuthenticatedIdentity.isAuthenticated(value);
}
