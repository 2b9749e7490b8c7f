// SPDX-License-Identifier: Apache-2.0
// The authority's certificates. There are few, and they are read when a program starts.

import type { AuthorityKind, AuthorityRow, AuthorityStore } from "natalis/registry";
import { requirePage } from "./page.ts";
import type { RegistryQueries } from "./queries.ts";
import type { AuthoritiesTable } from "./schema.ts";

export class SqlAuthorityStore implements AuthorityStore {
  readonly #queries;

  constructor(queries: RegistryQueries) {
    this.#queries = queries;
  }

  latestAuthority(kind: AuthorityKind): Promise<AuthorityRow | undefined> {
    return this.#newest("kind", kind);
  }

  authorityByKeyId(keyId: string): Promise<AuthorityRow | undefined> {
    return this.#newest("key_id", keyId);
  }

  async listAuthorities(after: number, limit: number): Promise<AuthorityRow[]> {
    requirePage(limit);
    const query = this.#queries.selectFrom("authorities").selectAll().where("entry", ">", after);
    return (await query.orderBy("entry").limit(limit).execute()).map(authorityOf);
  }

  async #newest(column: "kind" | "key_id", value: string): Promise<AuthorityRow | undefined> {
    const query = this.#queries.selectFrom("authorities").selectAll().where(column, "=", value);
    const row = await query.orderBy("entry", "desc").limit(1).executeTakeFirst();
    return row && authorityOf(row);
  }
}

function authorityOf(row: AuthoritiesTable): AuthorityRow {
  const { entry, kind, certificate } = row;
  return { entry, kind, keyId: row.key_id, certificate, certificateHash: row.certificate_hash };
}
