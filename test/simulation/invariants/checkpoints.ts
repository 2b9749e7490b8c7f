// SPDX-License-Identifier: Apache-2.0
// Every checkpoint that was ever served, kept or put in a receipt is signed, and is a prefix of the final log: its root
// is recomputed from the entries. So no two of them contradict each other.

import { nodeHash } from "@natalis/node";
import { leafHash, parseLogProof, rootOfLeaves, verifyCheckpoint } from "natalis/formats";
import { toHex } from "natalis/kernel";
import type { History } from "../world/history.ts";
import { logTrust } from "../world/maker.ts";
import type { Aftermath } from "./all.ts";
import type { ReadLog } from "./log.ts";

export async function brokenCheckpoints(log: ReadLog, { history, registrars, registry }: Aftermath): Promise<string[]> {
  const notes = new Set(history.checkpoints);
  for (const receipt of receiptsOf(history)) notes.add(parseLogProof(receipt).checkpoint);
  for (const { mirrorFile } of registrars) notes.add(mirrorFile.checkpoint);
  const leaves = log.stored.map(({ entry }) => leafHash(entry, nodeHash));
  const broken: string[] = [];
  for (const note of notes) {
    const { size, root } = await verifyCheckpoint(note, logTrust.policy, logTrust);
    if (size > leaves.length) broken.push(`a checkpoint of ${size} entries was served, the log has ${leaves.length}`);
    else if (toHex(rootOfLeaves(leaves.slice(0, size), nodeHash)) !== toHex(root))
      broken.push(`the checkpoint served at size ${size} is no prefix of the log`);
    else if (registry.checkpointAt(size) !== note) broken.push(`the checkpoint served at size ${size} is not stored`);
  }
  return broken;
}

function receiptsOf({ told, acts }: History): string[] {
  const answers = told.flatMap(({ outcome }) => ("answer" in outcome ? [outcome.answer.receipt] : []));
  return [...answers, ...acts.flatMap(({ entered }) => (entered === undefined ? [] : [entered.receipt]))];
}
