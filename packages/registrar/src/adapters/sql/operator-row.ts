// SPDX-License-Identifier: Apache-2.0
// An operator between its row in the table and its row in the port.

import type { OperatorRow } from "natalis/registry";
import type { SqlValue } from "./queries.ts";
import type { OperatorsTable } from "./schema.ts";

/** Columns in the order of `operatorValues`. */
export const operatorColumns = [
  "id",
  "name",
  "role",
  "token_hash",
  "certificate_hash",
  "products",
  "quota",
  "born",
  "state",
  "enrolled_entry",
  "last_entry",
  "not_before",
  "not_after",
] as const satisfies readonly (keyof OperatorsTable)[];

export function operatorValues(row: OperatorRow): SqlValue[] {
  const { id, name, role, products, quota, born, state, enrolledEntry, lastEntry } = row;
  const credentials = [row.tokenHash ?? null, row.certificateHash ?? null];
  return [
    id,
    name,
    role,
    ...credentials,
    JSON.stringify(products),
    quota ?? null,
    born,
    state,
    enrolledEntry,
    lastEntry,
    row.notBefore ?? null,
    row.notAfter ?? null,
  ];
}

export function operatorOf(row: OperatorsTable): OperatorRow {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    ...(row.token_hash === null ? {} : { tokenHash: row.token_hash }),
    ...(row.certificate_hash === null ? {} : { certificateHash: row.certificate_hash }),
    products: JSON.parse(row.products) as string[],
    ...(row.quota === null ? {} : { quota: row.quota }),
    ...(row.not_before === null ? {} : { notBefore: row.not_before }),
    ...(row.not_after === null ? {} : { notAfter: row.not_after }),
    born: row.born,
    state: row.state,
    enrolledEntry: row.enrolled_entry,
    lastEntry: row.last_entry,
  };
}
