// SPDX-License-Identifier: Apache-2.0
// What the commands of a station have in common.

import type { Command } from "commander";
import type { StationKeyAccess } from "../../service/station/station-key.ts";
import { type PinOptions, pinSource, withPinOptions } from "../authority-options.ts";

export interface StationFolderOptions {
  readonly station: string;
}

export interface StationKeyOptions extends StationFolderOptions, PinOptions {
  readonly passphraseFile?: string;
}

export function withStation(command: Command): Command {
  return command.option("--station <dir>", "the station's folder", ".natalis-station");
}

export function withStationKey(command: Command): Command {
  const passphrase = "passphrase of the station's key (default: a random one, in its folder)";
  return withPinOptions(withStation(command).option("--passphrase-file <file>", passphrase));
}

/** How the station's key is come by, in its file or its token. */
export function keyAccess(options: StationKeyOptions): StationKeyAccess {
  return { passphraseFile: options.passphraseFile, readPin: pinSource(options) };
}
