// SPDX-License-Identifier: Apache-2.0
// natalis station init: makes the station's key, which never leaves it, and the request for the registrar.

import { Command, Option } from "commander";
import { algorithms } from "natalis/formats";
import type { SignatureAlgorithmName } from "natalis/kernel";
import { makeStation } from "../../service/station/station-key.ts";
import { readTokenAccess, type TokenOptions } from "../authority-options.ts";
import { terminal } from "../output.ts";
import { type StationKeyOptions, withStationKey } from "./options.ts";

interface InitOptions extends StationKeyOptions, TokenOptions {
  readonly name: string;
  readonly algorithm: SignatureAlgorithmName;
}

export function initCommand(): Command {
  const names = Object.keys(algorithms);
  return withStationKey(new Command("init"))
    .description("make the station's key and the request that an administrator has certified")
    .option("--name <name>", "what the request calls the station", "station")
    .addOption(new Option("--algorithm <name>", "of the key").choices(names).default("ES256"))
    .option("--authority-token <uri>", "make the key in this token: pkcs11:token=LABEL;object=KEY?module-path=FILE")
    .option("--existing-keys", "take the key that the token has under this label already")
    .action(async (options: InitOptions) => {
      const { station, name, algorithm, passphraseFile } = options;
      const token = await readTokenAccess(options);
      const { folder, warnings } = await makeStation(station, { name, algorithm, passphraseFile, token });
      for (const warning of warnings) terminal.warn(warning);
      terminal.line(`request: ${folder.request}`);
    });
}
