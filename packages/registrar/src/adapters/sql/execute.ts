// SPDX-License-Identifier: Apache-2.0
// Runs the statements of a schema change, in order.

import { type Kysely, sql } from "kysely";

export async function execute(database: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
