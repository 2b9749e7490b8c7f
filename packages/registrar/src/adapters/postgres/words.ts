// SPDX-License-Identifier: Apache-2.0
// The schema in PostgreSQL's words, and what only PostgreSQL has: a function by which one statement refuses itself,
// storage that does not try to compress hashes, and the open challenges of all processes.

import { historyStands, type SqlWords } from "../sql/words.ts";

/** SQLSTATE of what `natalis_require` raises: its class is nobody else's (PostgreSQL, appendix A). */
export const requirementState = "NT001";

export const postgresWords: SqlWords = {
  bytes: "bytea",
  integer: "bigint",
  text: `text COLLATE "C"`,
  table: "",
  keyedTable: "",
  inOrder: (column, key) => `${column}, ${key}`,
  refusing: (table, change) => `CREATE TRIGGER ${table}_${change.toLowerCase()}
    BEFORE ${change === "DELETE" ? "DELETE OR TRUNCATE" : change} ON ${table}
    FOR EACH STATEMENT EXECUTE FUNCTION natalis_refuse()`,
  before: [
    `CREATE FUNCTION natalis_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '${historyStands}'; END $$`,
    `CREATE FUNCTION natalis_require(due bigint, changed bigint, what text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN IF changed < due THEN RAISE EXCEPTION USING ERRCODE = '${requirementState}', MESSAGE = what; END IF; END $$`,
  ],
  after: [
    ...["log_tiles", "state_tiles"].map((table) => `ALTER TABLE ${table} ALTER bytes SET STORAGE EXTERNAL`),
    "ALTER TABLE entries ALTER body SET STORAGE EXTERNAL",
    // Rows that every commit replaces: room for the next version on the same page.
    ...["head", "log_tiles", "state_tiles"].map((table) => `ALTER TABLE ${table} SET (fillfactor = 50)`),
    // They live a minute: not worth a write-ahead log, and gone after a crash.
    `CREATE UNLOGGED TABLE challenges (
    nonce bytea PRIMARY KEY,
    audience text NOT NULL,
    expires_at bigint NOT NULL
  )`,
    "CREATE INDEX challenges_by_expiry ON challenges (expires_at)",
  ],
  attestations: [
    // As the challenges: they live some minutes.
    `CREATE UNLOGGED TABLE attestations (
    id bytea PRIMARY KEY,
    station text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL,
    key_hash bytea NOT NULL,
    facts_hash bytea NOT NULL,
    born_at bigint NOT NULL,
    nonce bytea NOT NULL,
    secret bytea,
    attestation_key_name bytea,
    endorsement_key_hash bytea
  )`,
    "CREATE INDEX attestations_by_expiry ON attestations (expires_at)",
  ],
};
