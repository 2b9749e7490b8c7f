// SPDX-License-Identifier: Apache-2.0
// Commits to PostgreSQL: one statement that moves the head, alone or in a turn, which holds the head's row from before
// the planning until COMMIT.

import { createRequire } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { Pass } from "./steps.ts";
import { type Call, wrap } from "./wrap.ts";

interface Asked {
  readonly name?: string;
  readonly text?: string;
}

/** How long the server has had a statement that is under way, milliseconds. */
const underWay = 1;

export function watchPostgres(pass: Pass): void {
  // The registrar's own: whoever preloads this has no driver.
  const { Client } = createRequire(import.meta.resolve("@natalis/registrar"))("pg") as typeof pg;
  const inTurn = new WeakSet<object>();
  wrap(Client.prototype, "query", (query, words, client) => {
    const [asked, ...more] = words;
    // Others than the stores ask by a text or a callback.
    if (typeof asked !== "object" || typeof more[0] === "function") return query(...words);
    return watched({ query, asked: asked as Asked, client, inTurn, pass });
  });
}

interface Watched {
  readonly query: Call;
  readonly asked: Asked;
  readonly client: pg.Client;
  /** Sessions that hold the head's row. */
  readonly inTurn: WeakSet<object>;
  readonly pass: Pass;
}

async function watched({ query, asked, client, inTurn, pass }: Watched): Promise<unknown> {
  const { name = "", text = "" } = asked;
  const isCommit = name.startsWith("commit ");
  const isAlone = isCommit && !inTurn.has(client);
  if (text === "COMMIT") pass("rows written in turn");
  const answer = query(asked);
  if (isCommit) pass(isAlone ? "commit asked" : "commit asked in turn");
  if (isAlone) void wait(underWay).then(() => pass("commit under way"));
  const answered = await answer;
  if (isAlone) pass("commit answered");
  if (text === "COMMIT") pass("committed in turn");
  if (text === "COMMIT" || text === "ROLLBACK") inTurn.delete(client);
  if (text.startsWith("BEGIN") && text.includes("FOR UPDATE")) {
    inTurn.add(client);
    pass("turn taken");
  }
  return answered;
}
