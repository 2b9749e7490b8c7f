// SPDX-License-Identifier: Apache-2.0
// natalis station init: makes the station's key, which never leaves it, and the request for the registrar.

import { Command, Option } from "commander";
import { algorithms } from "natalis/formats";
import type { SignatureAlgorithmName } from "natalis/kernel";
import { makeStation } from "../../service/station/station-key.ts";
import { terminal } from "../output.ts";
import { type StationKeyOptions, withStationKey } from "./options.ts";

interface InitOptions extends StationKeyOptions {
  readonly name: string;
  readonly algorithm: SignatureAlgorithmName;
}

export function initCommand(): Command {
  const names = Object.keys(algorithms);
  return withStationKey(new Command("init"))
    .description("make the station's key and the request that an administrator has certified")
    .option("--name <name>", "what the request calls the station", "station")
    .addOption(new Option("--algorithm <name>", "of the key").choices(names).default("ES256"))
    .action(async ({ station, name, algorithm, passphraseFile }: InitOptions) => {
      const { folder, warnings } = await makeStation(station, name, algorithm, passphraseFile);
      for (const warning of warnings) terminal.warn(warning);
      terminal.line(`request: ${folder.request}`);
    });
}
