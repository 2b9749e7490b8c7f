// SPDX-License-Identifier: Apache-2.0
// One session with the server: what it must be like before anything is asked of it, and asking.

import type { ClientBase } from "pg";
import type { SqlValue } from "../sql/queries.ts";
import { postgresError } from "./errors.ts";
import { translated, unreachable } from "./failure.ts";
import type { Answer, Runner, Statement } from "./runner.ts";

const oldestVersion = 150_000;

/** "NATL", and the one lock of a registry: all of its processes share it, whoever copies it has it alone. */
export const attachedLock = "1312904268, 1";

interface Character {
  readonly version: number;
  readonly encoding: string;
  readonly fsync: string;
  readonly pages: string;
  readonly durability: string;
  readonly standby: boolean;
  readonly attached: boolean;
}

const character = `SELECT current_setting('server_version_num')::int AS version,
  current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS pages, current_setting('synchronous_commit') AS durability,
  pg_is_in_recovery() AS standby, pg_try_advisory_lock_shared(${attachedLock}) AS attached`;

/** Anew for each session: behind one address there may be another server than before. */
export async function prepareSession(client: ClientBase): Promise<void> {
  const { rows } = await client.query<Character>(character);
  const found = rows[0] as Character;
  const fault = faultOf(found);
  if (fault !== undefined) throw postgresError("NAT_POSTGRES_SERVER", fault);
  if (found.standby) throw unreachable(new Error("the server is a standby"));
  if (!found.attached) throw postgresError("NAT_POSTGRES_HELD", "try again when the copy is done");
  // A role's default may promise less; remote_apply promises more.
  const isDurable = found.durability === "on" || found.durability === "remote_apply";
  await client.query(`SET bytea_output = hex${isDurable ? "" : "; SET synchronous_commit = on"}`);
}

function faultOf({ version, encoding, fsync, pages }: Character): string | undefined {
  if (version < oldestVersion) return `version ${Math.floor(version / 10_000)}, 15 or later is due`;
  if (encoding !== "UTF8") return `the database's encoding is ${encoding}, not UTF8`;
  // postgresql.org/docs/current/runtime-config-wal.html: without them a crash may lose what was confirmed.
  if (fsync !== "on" || pages !== "on") return "fsync and full_page_writes must be on";
  return undefined;
}

/** @throws the catalogue error of what went wrong */
export async function ask(client: ClientBase, { name, text }: Statement, values: readonly SqlValue[]): Promise<Answer> {
  try {
    return await client.query({ ...(name !== undefined && { name }), text, values: [...values] });
  } catch (error) {
    throw translated(error);
  }
}

/** Everything by one session, in the order in which it is asked: for what is done inside a transaction. */
export class Session implements Runner {
  readonly #client;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: ClientBase) {
    this.#client = client;
  }

  run(statement: Statement, values: readonly SqlValue[] = []): Promise<Answer> {
    const answer = this.#last.then(() => ask(this.#client, statement, values));
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}
