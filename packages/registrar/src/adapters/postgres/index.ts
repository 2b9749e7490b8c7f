// SPDX-License-Identifier: Apache-2.0
// Registry storage in PostgreSQL, for several registrar processes at once.

export { isPostgresAddress, type PostgresAddress, parsePostgresAddress } from "./address.ts";
export { openPostgresSource, openPostgresTarget } from "./transfer.ts";
export {
  openPostgresRegistry,
  openPostgresSnapshot,
  type PostgresRegistry,
  postgresHoldsRegistry,
} from "./registry.ts";
export {
  findPostgres,
  openTemporaryPostgres,
  type TemporaryPostgres,
  type TemporaryPostgresOptions,
} from "./temporary-server.ts";
