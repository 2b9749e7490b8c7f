// SPDX-License-Identifier: Apache-2.0
// What the adapters share: a query builder over the registry's tables, and values as both drivers take them.

import type { Kysely } from "kysely";
import type { RegistryTables } from "./schema.ts";

export type RegistryQueries = Kysely<RegistryTables>;

export type SqlValue = string | number | Uint8Array | null;
