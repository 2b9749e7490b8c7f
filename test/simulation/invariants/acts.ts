// SPDX-License-Identifier: Apache-2.0
// What happened to devices after their births: what was told to be entered is in the log where it was told, with a
// receipt; what was told to be refused is not; and nothing is there twice.

import { equalBytes } from "natalis/kernel";
import { parseLifecycleBody } from "natalis/registry";
import type { Act, History } from "../world/history.ts";
import type { ReadLog } from "./log.ts";
import { isProven } from "./receipts.ts";

export async function brokenActs(log: ReadLog, { acts }: History): Promise<string[]> {
  const places = placesByNote(log);
  const broken: string[] = [];
  for (const act of acts) broken.push(...(await brokenAct(act, places.get(act.note) ?? [], log)));
  return broken;
}

/** Where the log has changes, by their notes. */
function placesByNote({ changes }: ReadLog): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, body] of changes) {
    const { note = "" } = parseLifecycleBody(body);
    places.set(note, [...(places.get(note) ?? []), place]);
  }
  return places;
}

async function brokenAct({ note, deviceId, entered, isRefused }: Act, places: readonly number[], { stored }: ReadLog) {
  if (places.length > 1) return [`${note} is in the log ${places.length} times`];
  if (isRefused === true) return places.length === 0 ? [] : [`${note} was told to be refused, and is in the log`];
  if (entered === undefined) return [];
  const there = stored[entered.index];
  const isThere = there !== undefined && places[0] === entered.index;
  if (!isThere || there.deviceId === null || !equalBytes(there.deviceId, deviceId))
    return [`${note} was told to be entered at ${entered.index}, and is not there`];
  const isReceipt = await isProven(entered.receipt, there.entry, entered.index);
  return isReceipt ? [] : [`the receipt of ${note} does not prove it`];
}
