// SPDX-License-Identifier: Apache-2.0
// What each CRL shard must list, and the CRLs that were signed. Everything is keyed by issuer and shard first, so that
// a shard's cost does not depend on the others.

import { sql } from "kysely";
import { type CrlShard, type CrlStore, type RevocationStore, type RevokedRow, registryError } from "natalis/registry";
import type { StoredCrl } from "natalis/registry";
import { requirePage } from "./page.ts";
import type { RegistryQueries } from "./queries.ts";
import type { CrlsTable, RevocationsTable } from "./schema.ts";

export class SqlRevocationStore implements RevocationStore, CrlStore {
  readonly #queries;

  constructor(queries: RegistryQueries) {
    this.#queries = queries;
  }

  async revokedIn(issuer: string, shard: number, after: Uint8Array | undefined, limit: number): Promise<RevokedRow[]> {
    requirePage(limit);
    // A serial is never empty, so the empty string comes before all.
    const query = this.#queries
      .selectFrom("revocations")
      .selectAll()
      .where("issuer", "=", issuer)
      .where("shard", "=", shard)
      .where("serial", ">", after ?? new Uint8Array(0));
    return (await query.orderBy("serial").limit(limit).execute()).map(revokedOf);
  }

  async shardChangedBy(issuer: string, shard: number): Promise<number | undefined> {
    const query = this.#queries.selectFrom("shards").select("changed_by").where("issuer", "=", issuer);
    return (await query.where("shard", "=", shard).executeTakeFirst())?.changed_by;
  }

  async crl(issuer: string, shard: number): Promise<StoredCrl | undefined> {
    const query = this.#queries.selectFrom("crls").selectAll().where("issuer", "=", issuer);
    const row = await query.where("shard", "=", shard).executeTakeFirst();
    return row && crlOf(row);
  }

  /** One statement decides and writes, so that of two processes one is refused. */
  async saveCrl({ issuer, shard, number, thisUpdate, nextUpdate, logSize, der }: StoredCrl): Promise<void> {
    const times = { this_update: thisUpdate, next_update: nextUpdate };
    const saved = await this.#queries
      .insertInto("crls")
      .values({ issuer, shard, number, ...times, log_size: logSize, der })
      .onConflict((conflict) =>
        conflict
          .columns(["issuer", "shard"])
          .doUpdateSet(replacedCrl)
          .where(sql.ref("excluded.number"), ">", sql.ref("crls.number"))
          .where(sql.ref("excluded.log_size"), ">=", sql.ref("crls.log_size")),
      )
      .executeTakeFirst();
    if (saved.numInsertedOrUpdatedRows === 0n)
      throw registryError("NAT_REGISTRY_CRL_NUMBER", `${number} for shard ${shard}`);
  }

  async staleCrls(dueBefore: number, limit: number): Promise<CrlShard[]> {
    requirePage(limit);
    const changed = this.#queries
      .selectFrom("shards")
      .leftJoin("crls", (join) =>
        join.onRef("crls.issuer", "=", "shards.issuer").onRef("crls.shard", "=", "shards.shard"),
      )
      .select(["shards.issuer", "shards.shard"])
      .where((is) => is.or([is("crls.log_size", "is", null), is("shards.changed_by", ">=", is.ref("crls.log_size"))]));
    const due = this.#queries.selectFrom("crls").select(["issuer", "shard"]).where("next_update", "<=", dueBefore);
    const stale = await changed.union(due).orderBy("issuer").orderBy("shard").limit(limit).execute();
    return stale.map(({ issuer, shard }) => ({ issuer, shard }));
  }
}

const replacedCrl = {
  number: sql<number>`excluded.number`,
  this_update: sql<number>`excluded.this_update`,
  next_update: sql<number>`excluded.next_update`,
  log_size: sql<number>`excluded.log_size`,
  der: sql<Uint8Array>`excluded.der`,
};

function revokedOf(row: RevocationsTable): RevokedRow {
  const { issuer, shard, serial, reason, entry } = row;
  const invalidity = row.invalidity_date === null ? {} : { invalidityDate: row.invalidity_date };
  return { issuer, shard, serial, reason, revokedAt: row.revoked_at, ...invalidity, entry };
}

function crlOf(row: CrlsTable): StoredCrl {
  const { issuer, shard, number, der } = row;
  const times = { thisUpdate: row.this_update, nextUpdate: row.next_update };
  return { issuer, shard, number, ...times, logSize: row.log_size, der };
}
