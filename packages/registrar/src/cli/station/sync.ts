// SPDX-License-Identifier: Apache-2.0
// natalis station sync: brings in what the station bore, in its order. What was interrupted goes on where it was; what is
// here already is told so and not entered again. Exit code 0: everything is entered; 2: some was refused; 1: not
// everything was brought in.

import { readJournal } from "@natalis/node";
import { Command } from "commander";
import { parseBirthRecord } from "natalis/birth";
import { holdFileLock } from "../../adapters/sqlite/file-lock.ts";
import { parseJournaled } from "../../service/station/journaled-birth.ts";
import { type InstalledStation, readStation } from "../../service/station/open-station.ts";
import { batchProgress } from "../birth-batch/progress.ts";
import { RegistrarClient } from "../client.ts";
import { terminal } from "../output.ts";
import { AnswersFile } from "./answers-file.ts";
import { bringIn, type WaitingBirth } from "./bring-in.ts";
import { type StationFolderOptions, withStation } from "./options.ts";

interface SyncOptions extends StationFolderOptions {
  readonly registrar: string;
  readonly again?: boolean;
}

const shownRefusals = 10;
const someRefused = 2;

export function syncCommand(): Command {
  return withStation(new Command("sync"))
    .description("bring the births in; run again, it goes on where it was")
    .requiredOption("--registrar <url>", "https address of the registrar")
    .option("--again", "ask once more for those that were refused")
    .action(async (options: SyncOptions) => {
      process.exitCode = await syncStation(await readStation(options.station), options);
    });
}

/** Answers the exit code. @throws what kept it from bringing everything in */
async function syncStation(station: InstalledStation, { registrar: url, again = false }: SyncOptions): Promise<number> {
  const { folder, enrolment, trust } = station;
  const lock = holdFileLock(folder.syncLock);
  const answers = await AnswersFile.open(folder.answers);
  const isWaiting = (number: number) => !answers.hasEntered(number) && (again || !answers.refused.has(number));
  const progress = batchProgress(await countWaiting(folder.journal, isWaiting));
  try {
    const client = new RegistrarClient({ url, trust, token: enrolment.token });
    const before = answers.entered;
    const path = `/stations/${enrolment.id}/births`;
    const advance = (births: number) => progress.advance(births);
    await bringIn(waitingBirths(folder.journal, isWaiting), { client, path, trust, answers, advance });
    progress.stop();
    return report(answers, before);
  } finally {
    progress.stop();
    await answers.close();
    lock.release();
  }
}

function report({ entered, refused }: AnswersFile, before: number): number {
  for (const { serial, problem } of [...refused.values()].slice(0, shownRefusals))
    terminal.warn(`${serial}: ${problem.title} [${problem.code}] ${problem.detail}`);
  terminal.line(`${entered - before} entered, ${refused.size} refused, ${before} entered before`);
  return refused.size === 0 ? 0 : someRefused;
}

async function countWaiting(journal: string, isWaiting: (number: number) => boolean): Promise<number> {
  let count = 0;
  for await (const { number } of readJournal(journal)) if (isWaiting(number)) count += 1;
  return count;
}

async function* waitingBirths(journal: string, isWaiting: (number: number) => boolean): AsyncGenerator<WaitingBirth> {
  for await (const { number, bytes } of readJournal(journal)) {
    if (!isWaiting(number)) continue;
    const claim = parseJournaled(bytes);
    const { serial, model } = parseBirthRecord(claim.record);
    yield { number, serial, model, claim };
  }
}
