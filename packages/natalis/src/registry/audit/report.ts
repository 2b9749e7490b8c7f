// SPDX-License-Identifier: Apache-2.0
// What an audit found. Problems are data: an audit does not stop at the first one.

import type { NatalisError } from "../../kernel/index.ts";

/** What a problem is about. */
export type AuditSubject =
  | "authority"
  | "body"
  | "checkpoint"
  | "database"
  | "device"
  | "entry"
  | "evidence"
  | "head"
  | "incident"
  | "lifecycle"
  | "log-tile"
  | "mirror"
  | "operator"
  | "product"
  | "revocation"
  | "state"
  | "state-tile";

export interface AuditProblem {
  readonly subject: AuditSubject;
  /** Where: an entry's index, a device's id, a tile's place, ... */
  readonly place: string;
  /** One sentence, for people. */
  readonly finding: string;
}

export interface AuditReport {
  readonly entries: number;
  readonly devices: number;
  /** Stored checkpoints that were checked. */
  readonly checkpoints: number;
  /** All problems, also those above what is kept. */
  readonly problemCount: number;
  /** The first 1,000. */
  readonly problems: readonly AuditProblem[];
}

export interface AuditProgress {
  readonly stage: "entries" | "devices" | "tiles" | "revocations";
  readonly done: number;
  readonly total: number;
}

const keptProblems = 1000;

/** Collects problems. */
export class Findings {
  readonly problems: AuditProblem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(subject: AuditSubject, place: string | number, finding: string | NatalisError): void {
    this.#count += 1;
    const text = typeof finding === "string" ? finding : finding.message;
    if (this.problems.length < keptProblems) this.problems.push({ subject, place: String(place), finding: text });
  }

  /** Adds the finding unless the condition holds; answers the condition. */
  require(condition: boolean, subject: AuditSubject, place: string | number, finding: string): boolean {
    if (!condition) this.add(subject, place, finding);
    return condition;
  }
}
