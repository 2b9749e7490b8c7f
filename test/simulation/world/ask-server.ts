// SPDX-License-Identifier: Apache-2.0
// One statement over the wire to the simulated PostgreSQL.

import { type Answer, postgresError, type Statement } from "@natalis/registrar/parts";
import { ConnectionLost } from "./connection-lost.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import type { Server, Values } from "./server.ts";
import type { Wire } from "./wire.ts";

export interface SessionsContext {
  readonly scheduler: Scheduler;
  readonly server: Server;
  readonly wire: Wire;
  readonly owner: Incarnation;
}

/** @throws NAT_POSTGRES_UNREACHABLE where the connection breaks, and what the statement is refused with */
export async function askServer(
  { server, wire }: SessionsContext,
  statement: Statement,
  values: Values,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const what = statement.name?.split(" ")[0] ?? statement.text;
  const batch = server.batchOf(statement, values);
  try {
    return await wire.ask(what, work, batch && (() => server.database.loseReply(batch)));
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    throw postgresError("NAT_POSTGRES_UNREACHABLE", error.message, error);
  }
}
