// SPDX-License-Identifier: Apache-2.0
// natalis station install: keeps what the registrar gave, once it holds under the trust file.

import { Command } from "commander";
import { installStation } from "../../service/station/open-station.ts";
import { stationFolder } from "../../service/station/station-folder.ts";
import { readData, readText } from "../files.ts";
import { terminal } from "../output.ts";
import { keyAccess, type StationKeyOptions, withStationKey } from "./options.ts";

interface InstallOptions extends StationKeyOptions {
  readonly trust: string;
}

export function installCommand(): Command {
  return withStationKey(new Command("install"))
    .description("keep the enrolment, once it is found to be this station's")
    .argument("<enrolment.json>", "what natalis station enrol made")
    .requiredOption("--trust <file>", "the registrar's trust file")
    .action(async (file: string, { trust, ...options }: InstallOptions) => {
      const { station } = options;
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await readData(file));
      const { id, authority, profile } = await installStation(station, text, await readText(trust), keyAccess(options));
      const { notBefore, notAfter, quota } = authority.station;
      terminal.line(
        `${id}: ${quota} births of ${profile.product}, ${notBefore.toISOString()} to ${notAfter.toISOString()}`,
      );
      terminal.line(`token of the line's clients: ${stationFolder(station).lineToken}`);
    });
}
