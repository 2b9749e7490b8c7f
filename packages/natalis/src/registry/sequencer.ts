// SPDX-License-Identifier: Apache-2.0
// Commits events (DESIGN 3.3, steps 4 and 5): plan, commit, keep the checkpoint outside the database, and only then
// answer. The next commit does not wait for the keeping. What goes wrong in between is told by where it goes wrong:
//   planning, or a commit that another process came before: nothing happened, and it is planned again;
//   a commit that answered with an error: the stored checkpoints tell whether it happened;
//   the mirror: the events are committed and not answered, and asking again finds them.

import { encodeLogProofs, type NoteSigner, parseCheckpoint, parseNote, type TiledTree } from "../formats/index.ts";
import { type Entropy, type Hash, isNatalisError } from "../kernel/index.ts";
import { registryError } from "./errors.ts";
import type { RegistryEvent } from "./events.ts";
import type { CheckpointMirror, CommitBatch, CommitStore, RegistryHead, RegistryStores } from "./ports.ts";
import { openTrees, type PlannedOutcome, type RegistryTrees, sequence, takenClaims } from "./sequence.ts";
import { isSameHead, onStableHead } from "./stable-head.ts";

/** What became of one event. The receipt is a C2SP tlog-proof against the checkpoint of its own commit. */
export type EventOutcome =
  | (Extract<PlannedOutcome, { kind: "entered" }> & { readonly receipt: string })
  | Extract<PlannedOutcome, { kind: "refused" }>;

export interface Commit {
  /** The head after it; undefined where every event was refused and the log is still empty. */
  readonly head: RegistryHead | undefined;
  /** One for each event, in order. */
  readonly outcomes: readonly EventOutcome[];
}

/** A commit that is durable in the store. Nobody may be answered before `kept` is. */
export interface StoredCommit extends Commit {
  /** Resolves when its checkpoint, or a later one, is kept outside the database; rejects with what the mirror threw. */
  readonly kept: Promise<void>;
}

export interface SequencerContext {
  readonly stores: RegistryStores;
  readonly mirror: CheckpointMirror;
  readonly origin: string;
  readonly signers: readonly NoteSigner[];
  readonly entropy: Entropy;
  readonly hash: Hash;
}

/** An idle log commits a state entry this often, milliseconds (DESIGN 3.4). */
export const idleInterval = 600_000;

/** What a commit is refused for although another one, without the event at fault, would be taken. */
const refusals = [
  "NAT_REGISTRY_DUPLICATE",
  "NAT_REGISTRY_QUOTA",
  "NAT_REGISTRY_PRODUCT_QUOTA",
  "NAT_REGISTRY_NOT_EXPECTED",
] as const;

const maximumAttempts = 8;
/** Once another process came before, so many commits wait for their turn before they are planned. */
const turnsAfterDefeat = 32;
const maximumWaiting = 256;

interface Ground {
  readonly head: RegistryHead | undefined;
  readonly trees: RegistryTrees;
}

type Keepable = Pick<RegistryHead, "size" | "checkpoint">;

/** The newest checkpoint that was given to the mirror. */
interface Kept extends Keepable {
  readonly done: Promise<void>;
  hasFailed: boolean;
}

type Attempt = StoredCommit | "moved" | "refused";

/** One writer of the log; several may share a store. Commits of one sequencer happen one after the other. */
export class Sequencer {
  readonly #context: SequencerContext;
  #ground: Ground | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** How many commits are still to wait for their turn. */
  #turns = 0;
  #kept: Kept | undefined;

  constructor(context: SequencerContext) {
    this.#context = context;
  }

  /**
   * Commits the events as one batch and answers once it is durable and mirrored. No events: an idle state entry.
   * @throws NAT_REGISTRY_BUSY, NAT_REGISTRY_DAMAGED and whatever stores and mirror throw; then no event may be taken
   * for entered, nor for refused.
   */
  async commit(events: readonly RegistryEvent[], at: Date): Promise<Commit> {
    const { kept, ...commit } = await this.store(events, at);
    await kept;
    return commit;
  }

  /**
   * The same, but told as soon as the store has it, so that its caller may go on with the next batch: no outcome may
   * be told to anyone before `kept`. @throws as `commit`, the mirror's errors apart
   */
  async store(events: readonly RegistryEvent[], at: Date): Promise<StoredCommit> {
    if (this.#waiting >= maximumWaiting) throw registryError("NAT_REGISTRY_BUSY", `${this.#waiting} commits wait`);
    this.#waiting += 1;
    const stored = this.#last.then(() => this.#storeInTurn(events, at));
    // The next one starts whatever became of this one; whoever asked for this one hears of its error.
    this.#last = stored.then(
      () => undefined,
      () => undefined,
    );
    return stored.finally(() => {
      this.#waiting -= 1;
    });
  }

  /**
   * Resolves when this checkpoint, or a later one, is kept outside the database: for answers about what was committed
   * before, by whichever process, and may not have been kept then. @throws what the mirror throws
   */
  async keep(checkpoint: string): Promise<void> {
    const { size } = parseCheckpoint(parseNote(checkpoint).text);
    return this.#keep({ size, checkpoint });
  }

  async #storeInTurn(events: readonly RegistryEvent[], at: Date): Promise<StoredCommit> {
    const { commits } = this.#context.stores;
    let refused = false;
    let last: Attempt | undefined;
    for (let attempt = 0; attempt < maximumAttempts; attempt++) {
      const work = (commit: CommitStore["commit"]) => this.#attempt(commit, events, at, refused);
      // Mostly nothing is left then to be committed, for which the others need not wait.
      last = await (last === "refused" ? work((batch) => commits.commit(batch)) : this.#attemptInTurn(work));
      if (typeof last === "object") return last;
      refused ||= last === "refused";
      if (last === "moved" && commits.inTurn !== undefined) this.#turns = turnsAfterDefeat;
    }
    throw registryError("NAT_REGISTRY_BUSY", `${maximumAttempts} attempts`);
  }

  /** Waiting for a turn costs a round trip: a process that is alone does not. */
  async #attemptInTurn(work: (commit: CommitStore["commit"]) => Promise<Attempt>): Promise<Attempt> {
    const { commits } = this.#context.stores;
    if (this.#turns === 0 || commits.inTurn === undefined) return work((batch) => commits.commit(batch));
    this.#turns -= 1;
    return commits.inTurn(async (commit) => {
      if (!isSameHead(this.#ground?.head, await commits.head())) this.#ground = undefined;
      return work(commit);
    });
  }

  async #attempt(
    commit: CommitStore["commit"],
    events: readonly RegistryEvent[],
    at: Date,
    refused: boolean,
  ): Promise<Attempt> {
    const ground = await this.#open();
    // Until the batch is known to be stored, the trees are ahead of the store.
    this.#ground = undefined;
    const plan = await this.#plan(ground, events, at, refused);
    if (plan === "moved") return plan;
    if (plan.batch === undefined) return this.#answerRefusals(ground, plan.outcomes);
    const result = await this.#store(commit, plan.batch);
    return result === "stored" ? this.#answer(plan.batch, ground.trees, plan.outcomes) : result;
  }

  async #open(): Promise<Ground> {
    const { stores, hash } = this.#context;
    return (
      this.#ground ??
      onStableHead(stores.commits, async (head) => ({ head, trees: await openTrees(head, stores, hash) }))
    );
  }

  async #plan({ head, trees }: Ground, events: readonly RegistryEvent[], at: Date, refused: boolean) {
    const { stores } = this.#context;
    // Hardly any birth collides: the index is asked only when a commit was refused.
    const taken = refused ? { taken: await takenClaims(stores.births, events) } : {};
    try {
      return await sequence({ ...this.#context, head, trees, events, at, ...taken });
    } catch (error) {
      // Tiles read while another process commits contradict each other.
      if (isSameHead(head, await stores.commits.head())) throw error;
      return "moved";
    }
  }

  async #store(commit: CommitStore["commit"], batch: CommitBatch): Promise<"stored" | "moved" | "refused"> {
    const { stores } = this.#context;
    try {
      await commit(batch);
      return "stored";
    } catch (error) {
      if (isNatalisError(error, "NAT_REGISTRY_HEAD_MOVED")) return "moved";
      if (refusals.some((code) => isNatalisError(error, code))) return "refused";
      if ((await stores.checkpoints.checkpointAt(batch.head.size)) === batch.head.checkpoint) return "stored";
      throw error;
    }
  }

  /**
   * A refusal rests on what is stored, be it by another process, and leads to answers about that: so the checkpoint
   * that covers it is kept before, as for whatever this process stored itself.
   */
  async #answerRefusals(ground: Ground, outcomes: readonly PlannedOutcome[]): Promise<StoredCommit> {
    const head = await this.#context.stores.commits.head();
    if (isSameHead(ground.head, head)) this.#ground = ground;
    const refused = outcomes.filter((outcome) => outcome.kind === "refused");
    return { head, outcomes: refused, kept: head === undefined ? Promise.resolve() : this.#keep(head) };
  }

  async #answer(batch: CommitBatch, trees: RegistryTrees, outcomes: readonly PlannedOutcome[]): Promise<StoredCommit> {
    const { head } = batch;
    trees.log.settle();
    trees.states.settle();
    this.#ground = { head, trees };
    const kept = this.#keep(head);
    const receipts = await receiptsOf(outcomes, trees.log, head);
    const answered = outcomes.map((outcome): EventOutcome => {
      if (outcome.kind === "refused") return outcome;
      return { ...outcome, receipt: receipts.get(outcome.index) as string };
    });
    return { head, outcomes: answered, kept };
  }

  /** Begun in the order of commits, so that the newest is what stays. */
  #keep(asked: Keepable): Promise<void> {
    const newest = this.#kept;
    const isCovered = newest !== undefined && newest.size >= asked.size;
    if (isCovered && !newest.hasFailed) return newest.done;
    // What failed is tried again, and nothing older takes its place.
    const { size, checkpoint } = isCovered ? newest : asked;
    const done = (async () => this.#context.mirror.write(checkpoint))();
    const kept: Kept = { size, checkpoint, hasFailed: false, done };
    this.#kept = kept;
    // Whoever waits for it hears of its error, be it later.
    done.catch(() => {
      kept.hasFailed = true;
    });
    return done;
  }
}

/** By index. */
async function receiptsOf(
  outcomes: readonly PlannedOutcome[],
  log: TiledTree,
  { size, checkpoint }: RegistryHead,
): Promise<ReadonlyMap<number, string>> {
  const indexes = outcomes.flatMap((outcome) => (outcome.kind === "entered" ? [outcome.index] : []));
  const proofs = await log.inclusionProofs(indexes, size);
  const receipts = encodeLogProofs(indexes.map((index, i) => ({ index, proof: proofs[i] ?? [], checkpoint })));
  return new Map(indexes.map((index, i) => [index, receipts[i] as string]));
}
