// SPDX-License-Identifier: Apache-2.0
// What the commands of a station have in common.

import type { Command } from "commander";

export interface StationFolderOptions {
  readonly station: string;
}

export interface StationKeyOptions extends StationFolderOptions {
  readonly passphraseFile?: string;
}

export function withStation(command: Command): Command {
  return command.option("--station <dir>", "the station's folder", ".natalis-station");
}

export function withStationKey(command: Command): Command {
  return withStation(command).option(
    "--passphrase-file <file>",
    "passphrase of the station's key (default: a random one, in its folder)",
  );
}
