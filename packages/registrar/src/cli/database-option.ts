// SPDX-License-Identifier: Apache-2.0
// --database: where the registry is, for the commands that open it themselves. The environment may say it too, with a
// password; a command line is shown to every user of the machine.

import { type Command, Option } from "commander";
import { isPostgresAddress, parsePostgresAddress } from "../adapters/postgres/index.ts";
import { clientError } from "./errors.ts";

const variable = "NATALIS_DATABASE";

export function databaseOption(description: string): Option {
  return new Option("--database <url>", description).env(variable);
}

/** @throws NAT_CLIENT_OPTION where the command line itself holds a database's password */
export function requireNoPassword(command: Command): void {
  const { database } = command.opts<{ database?: string }>();
  if (database === undefined || command.getOptionValueSource("database") !== "cli") return;
  requirePublic(database);
}

/** @throws NAT_CLIENT_OPTION */
export function requirePublic(address: string): void {
  if (isPostgresAddress(address) && parsePostgresAddress(address).password !== undefined)
    throw clientError(
      "NAT_CLIENT_OPTION",
      `a password in a command line is everybody's to read: give it in ${variable}, PGPASSWORD or ~/.pgpass`,
    );
}
