// SPDX-License-Identifier: Apache-2.0
// Registry storage in PostgreSQL, for several registrar processes at once.

export { isPostgresAddress, type PostgresAddress, parsePostgresAddress } from "./address.ts";
export { openPostgresRegistry, openPostgresSnapshot, type PostgresRegistry } from "./registry.ts";
