// SPDX-License-Identifier: Apache-2.0
// The log by itself, read from its public entries alone: indexes and ordinals dense, time never back, no key and no
// unit born twice, every commit closed by a state entry.

import { type BirthRecord, parseBirthRecord } from "natalis/birth";
import { toHex } from "natalis/kernel";
import {
  entryTypes,
  type PublicEntry,
  parseBornBody,
  parsePublicEntry,
  parseStateEntry,
  type StoredEntry,
} from "natalis/registry";

/** A birth as the log tells it. */
export interface LoggedBirth {
  readonly index: number;
  readonly entry: PublicEntry;
  readonly certificate: Uint8Array;
  readonly record: Uint8Array;
  readonly facts: BirthRecord;
}

export interface ReadLog {
  readonly stored: readonly StoredEntry[];
  readonly births: readonly LoggedBirth[];
  readonly times: readonly number[];
  /** Bodies of what happened to devices after their births, by place. */
  readonly changes: ReadonlyMap<number, Uint8Array>;
  /** Ids of devices that something happened to after their birth, hexadecimal. */
  readonly changed: ReadonlySet<string>;
}

export function readLog(stored: readonly StoredEntry[]): ReadLog {
  const births: LoggedBirth[] = [];
  const times: number[] = [];
  const changes = new Map<number, Uint8Array>();
  const changed = new Set<string>();
  for (const [index, { type, entry: bytes, body }] of stored.entries()) {
    if (type === entryTypes.state) {
      times.push(parseStateEntry(bytes).time);
      continue;
    }
    const entry = parsePublicEntry(bytes);
    times.push(entry.time);
    if (entry.type === entryTypes.born) births.push(birthOf(index, entry, body));
    else if (entry.deviceId !== null) {
      changes.set(index, body);
      changed.add(toHex(entry.deviceId));
    }
  }
  return { stored, births, times, changes, changed };
}

function birthOf(index: number, entry: PublicEntry, body: Uint8Array): LoggedBirth {
  const { certificate, record } = parseBornBody(body);
  return { index, entry, certificate, record, facts: parseBirthRecord(record) };
}

export function brokenLog({ stored, births, times }: ReadLog): readonly string[] {
  const broken: string[] = [];
  for (const [place, { index }] of stored.entries())
    if (index !== place) broken.push(`entry ${index} stands at place ${place}`);
  for (const [place, time] of times.entries())
    if (place > 0 && time < (times[place - 1] as number)) broken.push(`time goes back at entry ${place}`);
  for (const [ordinal, { index, entry }] of births.entries())
    if (entry.ordinal !== ordinal)
      broken.push(`the birth at entry ${index} has ordinal ${entry.ordinal}, not ${ordinal}`);
  broken.push(...twice("key", births), ...twice("unit", births));
  if (stored.at(-1)?.type !== entryTypes.state) broken.push("the last commit is not closed");
  return broken;
}

function twice(what: "key" | "unit", births: readonly LoggedBirth[]): string[] {
  const first = new Map<string, number>();
  const broken: string[] = [];
  for (const { index, entry } of births) {
    const bytes = what === "key" ? entry.keyHash : entry.unitTag;
    const name = toHex(bytes ?? new Uint8Array(0));
    const before = first.get(name);
    if (before !== undefined) broken.push(`the ${what} of entry ${index} was born before, at entry ${before}`);
    first.set(name, before ?? index);
  }
  return broken;
}
