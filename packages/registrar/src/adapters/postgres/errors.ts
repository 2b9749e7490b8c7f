// SPDX-License-Identifier: Apache-2.0
// What the PostgreSQL adapter refuses beyond what the registry's ports name.

import { errorFactory } from "natalis/kernel";

export const postgresErrors = {
  NAT_POSTGRES_ADDRESS: "The address is not one of a PostgreSQL database that Natalis connects to.",
  NAT_POSTGRES_REFUSED: "The database server does not let Natalis in.",
  NAT_POSTGRES_SERVER: "The database server is not fit to keep a registry.",
  NAT_POSTGRES_FOREIGN: "The database holds something else than a Natalis registry; nothing was changed.",
  NAT_POSTGRES_NEWER: "The database was written by newer software; nothing was changed.",
  NAT_POSTGRES_OLDER: "The database has an older schema: let the registrar open it once before it is read alone.",
  NAT_POSTGRES_UNREACHABLE: "The database does not answer; what was asked of it may have been done or not.",
  NAT_POSTGRES_CONFLICT: "The database undid a transaction for another one's sake; nothing was changed.",
  NAT_POSTGRES_HELD: "The registry is being copied, or a registrar has it open that must not while it is.",
  NAT_POSTGRES_FAILED: "The database refused a statement.",
} as const;

export const postgresError = errorFactory(postgresErrors);
