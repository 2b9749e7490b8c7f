// SPDX-License-Identifier: Apache-2.0
// Walks the stored checkpoints beside the log: each must close a commit, have the root recomputed there, and be signed
// by the log; and each commit must have one.

import { type LogPolicy, verifyCheckpoint } from "../../formats/index.ts";
import { equalBytes, type Hash, isNatalisError, type SignatureVerifier } from "../../kernel/index.ts";
import { type CheckpointStore, pageLimit, type StoredCheckpoint } from "../ports.ts";
import type { Findings } from "./report.ts";

export interface CheckpointInput {
  readonly findings: Findings;
  readonly checkpoints: CheckpointStore;
  readonly origin: string;
  /** Keys of the log. Its quorum does not count here: witnesses cosign after the commit. */
  readonly policy: LogPolicy;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

export class CheckpointWalk {
  readonly #input: CheckpointInput;
  readonly #policy: LogPolicy;
  #page: readonly StoredCheckpoint[] = [];
  #next = 0;
  #count = 0;
  #newest: StoredCheckpoint | undefined;

  constructor(input: CheckpointInput) {
    this.#input = input;
    this.#policy = { ...input.policy, quorum: "none" };
  }

  /** Checkpoints seen so far. */
  get count(): number {
    return this.#count;
  }

  get newest(): StoredCheckpoint | undefined {
    return this.#newest;
  }

  /** The log closed a commit at `size` with this root. */
  async closeCommit(size: number, root: Uint8Array): Promise<void> {
    let stored = await this.#take(size);
    while (stored !== undefined && stored.size < size) {
      this.#input.findings.add("checkpoint", stored.size, "It closes no commit.");
      stored = await this.#take(size);
    }
    if (stored === undefined) this.#input.findings.add("checkpoint", size, "It is missing.");
    else await this.#check(stored, root);
  }

  /** The log ends here: no checkpoint may be left. */
  async end(): Promise<void> {
    for (;;) {
      const stored = await this.#take(Number.POSITIVE_INFINITY);
      if (stored === undefined) return;
      this.#input.findings.add("checkpoint", stored.size, "It closes no commit.");
    }
  }

  /** The next checkpoint of at most this size. */
  async #take(most: number): Promise<StoredCheckpoint | undefined> {
    if (this.#next === this.#page.length) {
      this.#page = await this.#input.checkpoints.listCheckpoints(this.#newest?.size ?? 0, pageLimit);
      this.#next = 0;
    }
    const stored = this.#page[this.#next];
    if (stored === undefined || stored.size > most) return undefined;
    this.#next += 1;
    this.#count += 1;
    this.#newest = stored;
    return stored;
  }

  async #check({ size, note }: StoredCheckpoint, root: Uint8Array): Promise<void> {
    const { findings, origin } = this.#input;
    try {
      const checkpoint = await verifyCheckpoint(note, this.#policy, this.#input);
      findings.require(checkpoint.origin === origin, "checkpoint", size, "It is of another log.");
      const isSame = checkpoint.size === size && equalBytes(checkpoint.root, root);
      findings.require(isSame, "checkpoint", size, "The entries have another root.");
    } catch (error) {
      if (!isNatalisError(error)) throw error;
      findings.add("checkpoint", size, error);
    }
  }
}
