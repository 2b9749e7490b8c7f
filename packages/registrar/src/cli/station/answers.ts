// SPDX-License-Identifier: Apache-2.0
// natalis station answers: what goes back to the devices once their births are entered: the answer of POST /births, with
// the receipt that names the certificate. One line a birth (NDJSON), or one unit's papers into its folder.

import { readJournal } from "@natalis/node";
import { Command } from "commander";
import { encodePem } from "natalis/formats";
import { fromBase64, toBase64 } from "natalis/kernel";
import { encodeBirthReceipt } from "natalis/registry";
import { parseJournaled } from "../../service/station/journaled-birth.ts";
import { type InstalledStation, readStation } from "../../service/station/open-station.ts";
import { deviceFolder, type EnteredPapers, writeEnteredPapers } from "../device-folder.ts";
import { clientError } from "../errors.ts";
import { terminal } from "../output.ts";
import { readAnswers, type StationAnswerLine } from "./answers-file.ts";
import { type StationFolderOptions, withStation } from "./options.ts";

interface AnswersOptions extends StationFolderOptions {
  readonly serial?: string;
  readonly device?: string;
}

export function answersCommand(): Command {
  return withStation(new Command("answers"))
    .description("print the papers of entered births, receipts among them, one line a birth")
    .option("--serial <serial>", "of this unit alone")
    .option("--device <dir>", "write the papers of that unit into its folder instead")
    .action(async ({ station, serial, device }: AnswersOptions) => {
      if (device !== undefined && serial === undefined)
        throw clientError("NAT_CLIENT_OPTION", "--device is for the unit that --serial names");
      let found = 0;
      for await (const papers of enteredPapers(await readStation(station), serial)) {
        found += 1;
        if (device === undefined) process.stdout.write(`${JSON.stringify(papers)}\n`);
        else await writeEnteredPapers(deviceFolder(device), papers);
      }
      if (serial !== undefined && found === 0)
        throw clientError("NAT_CLIENT_FILE", `no entered birth of ${serial}; natalis station sync brings births in`);
      if (device !== undefined) terminal.line(`papers: ${device}`);
    });
}

async function* enteredPapers(
  { folder, enrolment }: InstalledStation,
  serial: string | undefined,
): AsyncGenerator<EnteredPapers> {
  const entered = new Map<number, NonNullable<StationAnswerLine["entered"]>>();
  for await (const line of readAnswers(folder.answers))
    if (line.entered !== undefined && (serial === undefined || line.serial === serial))
      entered.set(line.number, line.entered);
  if (entered.size === 0) return;
  const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
  const chain = enrolment.chain.map(pem);
  for await (const { number, bytes } of readJournal(folder.journal)) {
    const found = entered.get(number);
    if (found === undefined) continue;
    const { record, certificate } = parseJournaled(bytes);
    const { device, index, entry, receipt, salt } = found;
    const parts = { receipt, entry: fromBase64(entry), salt: fromBase64(salt), record };
    const papers = { certificate: pem(certificate), chain, record: toBase64(record) };
    const proof = { entry, receipt, birthReceipt: toBase64(encodeBirthReceipt(parts)) };
    yield { device, kind: "born", index, ...papers, ...proof };
  }
}
