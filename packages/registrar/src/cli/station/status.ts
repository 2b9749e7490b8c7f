// SPDX-License-Identifier: Apache-2.0
// natalis station status: what the station may bear, what it has borne, and what of it the registrar has entered.

import { readJournal, systemClock } from "@natalis/node";
import { Command } from "commander";
import { type InstalledStation, readStation } from "../../service/station/open-station.ts";
import { isThere } from "../files.ts";
import { terminal } from "../output.ts";
import { readAnswers } from "./answers-file.ts";
import { type StationFolderOptions, withStation } from "./options.ts";

interface StatusOptions extends StationFolderOptions {
  readonly json?: boolean;
}

export function statusCommand(): Command {
  return withStation(new Command("status"))
    .description("say what the station has borne and what of it is entered")
    .option("--json", "print it as JSON")
    .action(async ({ station, json }: StatusOptions) => {
      const status = await statusOf(await readStation(station));
      if (json === true) terminal.line(JSON.stringify(status));
      else for (const [name, value] of Object.entries(status)) terminal.line(`${name}: ${value}`);
    });
}

async function statusOf({ folder, enrolment }: InstalledStation) {
  const { notBefore, notAfter, quota, product } = enrolment.authority.station;
  const now = systemClock.now();
  const born = (await isThere(folder.journal)) ? await count(readJournal(folder.journal)) : 0;
  const states = new Map<number, "entered" | "refused">();
  for await (const { number, entered } of readAnswers(folder.answers))
    states.set(number, entered === undefined ? "refused" : "entered");
  const entered = [...states.values()].filter((state) => state === "entered").length;
  return {
    station: enrolment.id,
    product,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    inTime: notBefore <= now && now <= notAfter,
    quota,
    born,
    entered,
    refused: states.size - entered,
    waiting: born - states.size,
  };
}

async function count(records: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of records) counted += 1;
  return counted;
}
