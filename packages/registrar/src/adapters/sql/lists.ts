// SPDX-License-Identifier: Apache-2.0
// Lists of devices and operators, a page at a time.

import type { RawBuilder } from "kysely";
import type { DeviceFilter, DeviceQuery, DeviceRow, OperatorRow } from "natalis/registry";
import { deviceOf } from "./device-row.ts";
import { operatorOf } from "./operator-row.ts";
import { requirePage } from "./page.ts";
import type { RegistryQueries } from "./queries.ts";

/** @throws NAT_REGISTRY_PAGE */
export async function listDevices(
  queries: RegistryQueries,
  { after = -1, limit, filter = {} }: DeviceQuery,
  conditionsOf: (filter: DeviceFilter) => readonly RawBuilder<boolean>[],
): Promise<DeviceRow[]> {
  requirePage(limit);
  const query = queries.selectFrom("devices").selectAll().where("ordinal", ">", after);
  const narrowed = conditionsOf(filter).reduce((narrower, condition) => narrower.where(condition), query);
  return (await narrowed.orderBy("ordinal").limit(limit).execute()).map(deviceOf);
}

/** @throws NAT_REGISTRY_PAGE */
export async function listOperators(
  queries: RegistryQueries,
  after: string | undefined,
  limit: number,
): Promise<OperatorRow[]> {
  requirePage(limit);
  // An id is never empty, so the empty text comes before all.
  const query = queries
    .selectFrom("operators")
    .selectAll()
    .where("id", ">", after ?? "");
  return (await query.orderBy("id").limit(limit).execute()).map(operatorOf);
}
