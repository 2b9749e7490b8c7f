// SPDX-License-Identifier: Apache-2.0
// The writer of a registry that several processes write: one statement a commit, which compares and swaps the head. A
// commit whose answer is lost is decided by asking whether its checkpoint is stored, and then tried again: that it
// cannot happen twice, the head sees to.

import { isNatalisError } from "natalis/kernel";
import { type CommitBatch, type CommitStore, type RegistryHead, registryError } from "natalis/registry";
import { headOf } from "../sql/history-rows.ts";
import type { SqlValue } from "../sql/queries.ts";
import type { HeadTable } from "../sql/schema.ts";
import { commitStatement, type PreparedCommit } from "./commit-statement.ts";
import type { Transaction } from "./database.ts";
import { type Answer, type Runner, rowOf, type Statement } from "./runner.ts";

/** What the writer needs of a PostgresDatabase. */
export interface CommitDatabase extends Runner {
  /** One attempt, after which what was asked may have happened although this throws NAT_POSTGRES_UNREACHABLE. */
  once(statement: Statement, values: readonly SqlValue[]): Promise<Answer>;
  /** Begins a transaction; whatever it has not committed by its end is undone. */
  begin(statement: Statement): Promise<Transaction>;
  /** Does it again and again where the database does not answer. */
  untilAnswered<Result>(attempt: (count: number) => Promise<Result>): Promise<Result>;
}

const selectHead = {
  name: "head",
  text: `SELECT head.*, (SELECT note FROM checkpoints WHERE checkpoints.size = $1) AS seen FROM head`,
};
/** One round trip; of an empty log there is no row to hold. */
const takeTurn = { text: "BEGIN; SELECT FROM head FOR UPDATE" };
const selectCheckpoint = { name: "stored", text: "SELECT 1 FROM checkpoints WHERE size = $1 AND note = $2" };

/** Reads the head, and notices when the database has fallen behind what it was. */
export class HeadReader {
  readonly #runner: Runner;
  #seen: Pick<RegistryHead, "size" | "checkpoint"> | undefined;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /**
   * A server that takes another's place, or is restored while this process runs, may lack commits that were answered:
   * going on from there would be a second history. @throws NAT_REGISTRY_ROLLED_BACK
   */
  async head(): Promise<RegistryHead | undefined> {
    const before = this.#seen;
    const row = await rowOf<HeadTable & { seen: string | null }>(this.#runner, selectHead, [before?.size ?? null]);
    if (before !== undefined && row?.seen !== before.checkpoint)
      throw registryError("NAT_REGISTRY_ROLLED_BACK", `the checkpoint of size ${before.size} is not stored any more`);
    if (row === undefined) return undefined;
    const head = headOf(row);
    this.see(head);
    return head;
  }

  see({ size, checkpoint }: RegistryHead): void {
    if (this.#seen === undefined || size > this.#seen.size) this.#seen = { size, checkpoint };
  }
}

export class PostgresCommitStore implements CommitStore {
  readonly #database: CommitDatabase;
  readonly #heads: HeadReader;

  constructor(database: CommitDatabase) {
    this.#database = database;
    this.#heads = new HeadReader(database);
  }

  head(): Promise<RegistryHead | undefined> {
    return this.#heads.head();
  }

  /**
   * @throws NAT_REGISTRY_HEAD_MOVED, NAT_REGISTRY_DUPLICATE, NAT_REGISTRY_QUOTA, NAT_REGISTRY_DEVICE,
   * NAT_REGISTRY_OPERATOR, NAT_REGISTRY_BUSY; NAT_POSTGRES_UNREACHABLE leaves open whether it happened
   */
  commit(batch: CommitBatch): Promise<void> {
    return this.#settle(batch, commitStatement(batch), false);
  }

  /**
   * Holds the head's row from before the planning: other commits wait for it in the order in which they came, no
   * longer than their lock timeout. A process that stands still with it loses it after a while, with its session.
   */
  async inTurn<Result>(work: (commit: CommitStore["commit"]) => Promise<Result>): Promise<Result> {
    const { session, end } = await this.#database.begin(takeTurn);
    try {
      return await work((batch) => this.#commitIn(session, batch));
    } finally {
      await end();
    }
  }

  async #commitIn(session: Runner, batch: CommitBatch): Promise<void> {
    const prepared = commitStatement(batch);
    try {
      requireMoved(await session.run(prepared.statement, prepared.values), batch);
      await session.run({ text: "COMMIT" }, []);
    } catch (error) {
      if (!isNatalisError(error, "NAT_POSTGRES_UNREACHABLE")) throw error;
      return this.#settle(batch, prepared, true);
    }
    this.#heads.see(batch.head);
  }

  /** `again`: an attempt was made whose answer is lost. */
  async #settle(batch: CommitBatch, { statement, values }: PreparedCommit, again: boolean): Promise<void> {
    await this.#database.untilAnswered(async (count) => {
      const isOpen = again || count > 0;
      if (isOpen && (await this.#isStored(batch))) return;
      const answer = await this.#database.once(statement, values);
      // An attempt that was under way still when it was asked for may have moved the head itself.
      if (isOpen && !hasMoved(answer) && (await this.#isStored(batch))) return;
      requireMoved(answer, batch);
    });
    this.#heads.see(batch.head);
  }

  async #isStored({ head }: CommitBatch): Promise<boolean> {
    return (await this.#database.once(selectCheckpoint, [head.size, head.checkpoint])).rowCount === 1;
  }
}

function hasMoved({ rows }: Answer): boolean {
  return (rows[0] as { moved: number } | undefined)?.moved === 1;
}

function requireMoved(answer: Answer, { expected }: CommitBatch): void {
  if (!hasMoved(answer)) throw registryError("NAT_REGISTRY_HEAD_MOVED", `not at size ${expected?.size ?? 0}`);
}
