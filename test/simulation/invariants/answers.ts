// SPDX-License-Identifier: Apache-2.0
// Every answer that left a registrar is in the log exactly once, with the very certificate, record and receipt. So no
// certificate is outside that is not in the log, and all answers for one key and unit are the same.

import { equalBytes } from "natalis/kernel";
import type { History, Told } from "../world/history.ts";
import type { ReadLog } from "./log.ts";
import { isProven } from "./receipts.ts";

export async function brokenAnswers(log: ReadLog, history: History): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const told of history.told) broken.push(...(await brokenAnswer(log, told)));
  return broken;
}

async function brokenAnswer(log: ReadLog, { order, outcome, registrar }: Told): Promise<string[]> {
  if (!("answer" in outcome)) return [];
  const { index, entry, certificate, record, deviceId, receipt } = outcome.answer;
  const who = `${order.serial} with ${order.key}, told by ${registrar} at entry ${index}`;
  const births = log.births.filter((birth) => equalBytes(birth.certificate, certificate));
  const [birth] = births;
  if (birth === undefined || births.length > 1) return [`${who}: its certificate is in the log ${births.length} times`];
  const { facts } = birth;
  const isAsked = facts.station === order.station && facts.serial === order.serial && facts.facility === order.facility;
  const isSame =
    isAsked &&
    birth.index === index &&
    equalBytes(birth.record, record) &&
    birth.entry.deviceId !== null &&
    equalBytes(birth.entry.deviceId, deviceId) &&
    isAt(log, index, entry);
  const broken = isSame ? [] : [`${who}: the log tells another birth`];
  if (!(await isProven(receipt, entry, index))) broken.push(`${who}: the receipt does not prove it`);
  return broken;
}

function isAt({ stored }: ReadLog, index: number, entry: Uint8Array): boolean {
  const there = stored[index];
  return there !== undefined && equalBytes(there.entry, entry);
}
