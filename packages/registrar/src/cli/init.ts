// SPDX-License-Identifier: Apache-2.0
// natalis init: makes an authority and an empty registry in a data folder.

import { Command } from "commander";
import { initRegistrar } from "../service/init.ts";
import { documentationArc, parseSettings } from "../service/settings.ts";
import { defaultDataFolder } from "./connection.ts";
import { databaseOption, requireNoPassword } from "./database-option.ts";
import { terminal } from "./output.ts";

interface InitOptions {
  readonly data: string;
  readonly maker: string;
  readonly origin: string;
  readonly publicUrl: string;
  readonly arc: string;
  readonly product: string;
  readonly passphraseFile?: string;
  readonly database?: string;
}

export function initCommand(): Command {
  return new Command("init")
    .description("make an authority and an empty registry")
    .option("--data <dir>", "data folder to make", defaultDataFolder)
    .requiredOption("--maker <name>", "the maker whose devices are born here")
    .requiredOption("--origin <name>", "the log's permanent name, such as registry.example/births")
    .requiredOption("--public-url <url>", "permanent plain-http address of CRLs and authority certificates")
    .option("--arc <oid>", "your own OID arc; the default is for demonstrations only", documentationArc)
    .option("--product <name>", "product line of the first profile", "default")
    .option("--passphrase-file <file>", "passphrase of the key files (default: a random one, in the data folder)")
    .addOption(databaseOption("an empty PostgreSQL database for the registry (default: SQLite in the data folder)"))
    .action(async (options: InitOptions, command: Command) => {
      requireNoPassword(command);
      const { data, product, passphraseFile, database, maker, origin, publicUrl, arc } = options;
      const settings = parseSettings({ maker, origin, publicUrl, arc });
      const made = await initRegistrar({ folder: data, settings, product, passphraseFile, database });
      for (const warning of made.warnings) terminal.warn(warning);
      if (arc === documentationArc)
        terminal.warn("the documentation arc is for demonstrations; devices keep it for life");
      terminal.line(`trust file:            ${made.folder.trust}`);
      terminal.line(`administrator's token: ${made.folder.adminToken}`);
      terminal.line(`profiles:              ${made.folder.profiles}`);
    });
}
