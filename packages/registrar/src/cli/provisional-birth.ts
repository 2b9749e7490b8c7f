// SPDX-License-Identifier: Apache-2.0
// One unit that a station bore, in its folder: kept as what nobody takes yet, and made whole at the registrar.

import { type BirthQuestion, checkAnyAnswer, type ProvisionalAnswer } from "./birth-answer.ts";
import type { Connection } from "./connection.ts";
import {
  type DeviceFolder,
  isProvisional,
  readProvisionalPapers,
  writePapers,
  writeProvisionalPapers,
} from "./device-folder.ts";
import { readData } from "./files.ts";
import type { Output } from "./output.ts";
import { enteredAnswer, fetchEntered, provisionalExit } from "./provisional.ts";

/** Keeps what a station answered, and says what it is worth; answers the exit code. @throws NAT_CLIENT_FILE */
export async function keepProvisional(
  folder: DeviceFolder,
  answer: ProvisionalAnswer,
  output: Output,
): Promise<number> {
  if (!(await writeProvisionalPapers(folder, answer))) {
    output.line(`${answer.device} was born before, and is entered`);
    return 0;
  }
  output.line(`${answer.device} is born, provisionally`);
  output.warn(
    `nobody takes ${folder.certificate} yet: have the station's births brought in (natalis station sync), then repeat ` +
      "this command at the registrar",
  );
  return provisionalExit;
}

/**
 * Fetches the receipt of the birth in the folder, where it is not there yet; answers the exit code, or that a station was asked, which has none.
 * @throws NAT_DEVICE_BIRTH where the folder is another unit's, or the receipt not of its birth; NAT_CLIENT_FILE
 */
export async function completePapers(
  folder: DeviceFolder,
  question: BirthQuestion,
  { client, trust }: Connection,
  output: Output,
): Promise<number | "station"> {
  const answer = await readProvisionalPapers(folder);
  if (!(await isProvisional(folder))) {
    await checkAnyAnswer(enteredAnswer(answer, await readData(folder.birthReceipt)), question, trust);
    output.line(`${answer.device} was born before, and is entered`);
    return 0;
  }
  await checkAnyAnswer(answer, question, trust);
  const entered = await fetchEntered(answer, client);
  if (entered === "station") return entered;
  if (entered === "waiting") {
    output.warn(
      `${answer.device} is not entered, or not for this token to read: ${folder.certificate} is still provisional. ` +
        `To give that birth up and have the unit born anew, remove ${folder.provisional}`,
    );
    return provisionalExit;
  }
  await checkAnyAnswer(entered, question, trust);
  await writePapers(folder, entered);
  output.line(`${entered.device} is entered, log entry ${entered.index}`);
  output.line(`receipt: ${folder.birthReceipt}`);
  return 0;
}
