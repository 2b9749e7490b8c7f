// SPDX-License-Identifier: Apache-2.0
// What a station bore, and what becomes of its papers: they are provisional until the registrar has entered the birth,
// and whole once its receipt was fetched. A registrar that has not entered it is never asked to bear the unit: that would
// be a second birth, and the first one would be refused when it is brought in.

import { parseLogProof } from "natalis/formats";
import { isNatalisError, toBase64 } from "natalis/kernel";
import { parseBirthReceipt } from "natalis/registry";
import type { AnsweredPapers, ProvisionalAnswer } from "./birth-answer.ts";
import type { RegistrarClient } from "./client.ts";

/** "waiting": not entered yet, or nothing that the asker may read; "station": a station was asked, which has no receipts. */
export type Fetched = AnsweredPapers | "waiting" | "station";

/** A birth is taken provisionally, and the exit code tells. */
export const provisionalExit = 3;

/** Fetches what makes the answer whole; nothing of it is verified yet. @throws NAT_REGISTRY_RECEIPT, and as `client.bytes` */
export async function fetchEntered(
  answer: ProvisionalAnswer,
  client: Pick<RegistrarClient, "bytes">,
): Promise<Fetched> {
  try {
    return enteredAnswer(answer, await client.bytes(`/devices/${answer.device}/birth-receipt`));
  } catch (error) {
    if (isNatalisError(error, "NAT_SERVICE_NOT_FOUND")) return "waiting";
    if (isNatalisError(error, "NAT_HTTP_NOT_FOUND")) return "station";
    throw error;
  }
}

/** As a registrar would have answered the birth. @throws NAT_REGISTRY_RECEIPT */
export function enteredAnswer(answer: ProvisionalAnswer, birthReceipt: Uint8Array): AnsweredPapers {
  const { receipt, entry, salt } = parseBirthReceipt(birthReceipt);
  const { index } = parseLogProof(receipt);
  return { ...answer, kind: "stored", index, entry: toBase64(entry), receipt, salt: toBase64(salt) };
}
