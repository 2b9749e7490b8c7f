// SPDX-License-Identifier: Apache-2.0
// natalis registry copy: moves a registry between SQLite and PostgreSQL. The copy is compared row by row and audited
// leaf by leaf before it is kept; the source stays as it is, and is not to be written to again.

import { Command } from "commander";
import { isPostgresAddress } from "../adapters/postgres/index.ts";
import { copyRegistry } from "../service/copy-registry.ts";
import { dataFolder } from "../service/data-folder.ts";
import { postgresDatabase, type RegistryDatabase, sqliteDatabase } from "../service/database.ts";
import { defaultDataFolder, readTrust } from "./connection.ts";
import { requirePublic } from "./database-option.ts";
import { stagedProgress } from "./log.ts";
import { terminal } from "./output.ts";

interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly data?: string;
}

export function registryCommand(): Command {
  const copy = new Command("copy")
    .description("copy a registry into an empty database, checked leaf by leaf; stop every registrar first")
    .requiredOption("--from <url|folder>", "postgres://... or a data folder with its registry in SQLite")
    .requiredOption("--to <url|folder>", "an empty PostgreSQL database, or a folder without a registry")
    .option("--data <dir>", "data folder with the log's trust file (default: the folder named, or .natalis)")
    .action(async (options: CopyOptions) => {
      const [from, to] = [placeOf(options.from), placeOf(options.to)];
      const trust = await readTrust({ data: options.data ?? folderOf(options) });
      const progress = stagedProgress(terminal);
      const onProgress = ({ stage, done, total }: { stage: string; done: number; total: number }) =>
        progress.show(stage, done, total);
      const { rows, head } = await copyRegistry({ from, to, trust, onProgress }).finally(() => progress.stop());
      terminal.line(`${rows} rows copied, compared and audited; the log has ${head?.size ?? 0} entries`);
      terminal.line(`never serve ${from.shown} again: it would sign a second history`);
    });
  return new Command("registry").description("the registry's database").addCommand(copy);
}

function folderOf({ from, to }: CopyOptions): string {
  return [from, to].find((place) => !isPostgresAddress(place)) ?? defaultDataFolder;
}

function placeOf(text: string): RegistryDatabase {
  if (!isPostgresAddress(text)) return sqliteDatabase(dataFolder(text));
  requirePublic(text);
  return postgresDatabase(text);
}
