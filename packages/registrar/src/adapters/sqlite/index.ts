// SPDX-License-Identifier: Apache-2.0
// Registry storage in SQLite.

export { SqliteAttestationStore } from "./attestation-store.ts";
export { SqliteChallengeStore } from "./challenge-store.ts";
export { createPrivate } from "./database.ts";
export {
  openServedSqliteRegistry,
  openSqliteRegistry,
  openSqliteSnapshot,
  type ServedSqliteRegistry,
  type SqliteRegistry,
} from "./registry.ts";
export { openSqliteSource, openSqliteTarget } from "./transfer.ts";
