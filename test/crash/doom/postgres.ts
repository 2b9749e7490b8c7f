// SPDX-License-Identifier: Apache-2.0
// Commits to PostgreSQL: one statement that moves the head, alone or in a turn, which holds the head's row from before
// the planning until COMMIT.

import { createRequire } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { Pass } from "./steps.ts";

interface Asked {
  readonly name?: string;
  readonly text?: string;
}

/** How long the server has had a statement that is under way, milliseconds. */
const underWay = 1;

export function watchPostgres(pass: Pass): void {
  const require = createRequire(import.meta.resolve("@natalis/registrar"));
  const { Client } = require("pg") as typeof pg;
  const query = Client.prototype.query as (...words: unknown[]) => Promise<unknown>;
  const inTurn = new WeakSet<object>();
  const watched = async function (this: pg.Client, asked: Asked, ...more: unknown[]) {
    const { name = "", text = "" } = asked;
    const isCommit = name.startsWith("commit ");
    if (text === "COMMIT") pass("rows written in turn");
    const answer = query.call(this, asked, ...more);
    if (isCommit) pass(inTurn.has(this) ? "commit asked in turn" : "commit asked");
    if (isCommit && !inTurn.has(this)) void wait(underWay).then(() => pass("commit under way"));
    const answered = await answer;
    if (text.startsWith("BEGIN") && text.includes("FOR UPDATE")) {
      inTurn.add(this);
      pass("turn taken");
    } else if (text === "COMMIT") pass("committed in turn");
    else if (isCommit && !inTurn.has(this)) pass("commit answered");
    if (text === "COMMIT" || text === "ROLLBACK") inTurn.delete(this);
    return answered;
  };
  // Others than the stores ask by a text or a callback.
  Client.prototype.query = function (this: pg.Client, ...words: unknown[]) {
    const [asked, ...more] = words;
    const isStores = typeof asked === "object" && typeof more[0] !== "function";
    return isStores ? watched.call(this, asked as Asked, ...more) : query.apply(this, words);
  } as pg.Client["query"];
}
