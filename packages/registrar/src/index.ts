// SPDX-License-Identifier: Apache-2.0
// The registrar as a library: make one, run one.

export {
  findPostgres,
  openPostgresRegistry,
  openTemporaryPostgres,
  type PostgresAddress,
  type PostgresRegistry,
  parsePostgresAddress,
  type TemporaryPostgres,
  type TemporaryPostgresOptions,
} from "./adapters/postgres/index.ts";
export { openSqliteRegistry, type SqliteRegistry } from "./adapters/sqlite/index.ts";
export { type InitInput, initRegistrar, type Made } from "./service/init.ts";
export { type OpenedRegistrar, openRegistrar } from "./service/open.ts";
export { parseSettings, type Settings } from "./service/settings.ts";
export { type Addresses, type Running, type StartOptions, startRegistrar } from "./start.ts";
