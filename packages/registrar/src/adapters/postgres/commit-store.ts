// SPDX-License-Identifier: Apache-2.0
// The writer of a registry that several processes write: one statement a commit, which compares and swaps the head. A
// commit whose answer is lost is decided by asking whether its checkpoint is stored, and then tried again: that it
// cannot happen twice, the head sees to.

import { type CommitBatch, type CommitStore, type RegistryHead, registryError } from "natalis/registry";
import { headOf } from "../sql/history-rows.ts";
import type { HeadTable } from "../sql/schema.ts";
import { commitStatement, type PreparedCommit } from "./commit-statement.ts";
import type { PostgresDatabase } from "./database.ts";
import { type Runner, rowOf, untilAnswered } from "./runner.ts";

const selectHead = {
  name: "head",
  text: `SELECT head.*, (SELECT note FROM checkpoints WHERE checkpoints.size = $1) AS seen FROM head`,
};
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
  readonly #database: PostgresDatabase;
  readonly #heads: HeadReader;

  constructor(database: PostgresDatabase) {
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
  async commit(batch: CommitBatch): Promise<void> {
    const prepared = commitStatement(batch);
    await untilAnswered(async (count) => {
      // The answer to an earlier attempt was lost.
      if (count > 0 && (await this.#isStored(batch))) return;
      await this.#attempt(prepared, batch, count > 0);
    });
    this.#heads.see(batch.head);
  }

  async #attempt({ statement, values }: PreparedCommit, batch: CommitBatch, again: boolean): Promise<void> {
    const { rows } = await this.#database.once(statement, values);
    if ((rows[0] as { moved: number } | undefined)?.moved === 1) return;
    // An earlier attempt may have been under way still when it was asked for, and have moved the head itself.
    if (again && (await this.#isStored(batch))) return;
    throw registryError("NAT_REGISTRY_HEAD_MOVED", `not at size ${batch.expected?.size ?? 0}`);
  }

  async #isStored({ head }: CommitBatch): Promise<boolean> {
    return (await this.#database.once(selectCheckpoint, [head.size, head.checkpoint])).rowCount === 1;
  }
}
