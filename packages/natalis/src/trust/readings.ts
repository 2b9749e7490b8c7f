// SPDX-License-Identifier: Apache-2.0
// Data sets as CSV files (RFC 4180) with the columns `timestamp,value` or `timestamp,name,unit,value`, read strictly:
// what cannot be understood in one way is refused with its line number, since a signature over a guess would be worth
// nothing.

import { decodeUtf8 } from "../kernel/index.ts";
import { trustError } from "./errors.ts";

export interface Reading {
  /** Line of the file, from 1; the header is line 1. */
  readonly line: number;
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  /** SenML name and unit, where the file has these columns. */
  readonly name?: string;
  readonly unit?: string;
  readonly value: number;
}

const defaultMaximumBytes = 64 << 20;
const longestLine = 512;
/** The columns between timestamp and value, by the header that announces them. */
const headers = new Map<string, readonly ("name" | "unit")[]>([
  ["timestamp,value", []],
  ["timestamp,name,unit,value", ["name", "unit"]],
]);
const linePattern = /^(?:"[^"]*"|[^",]*)(?:,(?:"[^"]*"|[^",]*))*$/;
const fieldPattern = /"([^"]*)"|([^",]+)|(?<=^|,)(?=,|$)/g;
const numberPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const timestampPattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?$/;
const longestOffsetMinutes = 1439;

/**
 * The readings of a whole file, one after the other, in the file's order.
 * @throws NAT_READINGS_SIZE above `maximumBytes` (64 MiB), NAT_BYTES_UTF8, NAT_READINGS_FORM
 */
export function parseReadings(bytes: Uint8Array, maximumBytes = defaultMaximumBytes): Generator<Reading, void> {
  if (bytes.length > maximumBytes)
    throw trustError("NAT_READINGS_SIZE", `${bytes.length} bytes, at most ${maximumBytes}`);
  return readingsOf(decodeUtf8(bytes));
}

/**
 * Microseconds of a timestamp `2013-12-02 21:15:00`, with `T` or a blank, up to six decimals of a second, and `Z`, an
 * offset as `+01:00`, or nothing, which means UTC.
 * @throws NAT_READINGS_FORM
 */
export function parseTimestamp(text: string): number {
  const [, date, clock, decimals = "", zone = "Z"] = timestampPattern.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}T${clock}Z`);
  // Date.parse lets 24:00:00 and, in some engines, 30 February pass: what it understood must be what was written.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== `${date}T${clock}`)
    throw trustError("NAT_READINGS_FORM", "the timestamp is not a date and time");
  const time = (milliseconds - 60_000 * offsetMinutes(zone)) * 1000 + Number(decimals.padEnd(6, "0"));
  // From the year 2255 on two instants would become one number.
  if (!Number.isSafeInteger(time)) throw trustError("NAT_READINGS_FORM", "the timestamp is beyond 2^53 microseconds");
  return time;
}

function* readingsOf(text: string): Generator<Reading, void> {
  let line = 0;
  let columns: readonly ("name" | "unit")[] | undefined;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    line++;
    const content = text.slice(start, text[end - 1] === "\r" ? end - 1 : end);
    if (columns === undefined) columns = columnsOf(content);
    else yield readingOf(content, line, columns);
    start = end + 1;
  }
  if (line === 0) throw refused(1, "the file is empty");
}

function columnsOf(header: string): readonly ("name" | "unit")[] {
  const columns = headers.get(header);
  if (columns === undefined) throw refused(1, `the header is not "${[...headers.keys()].join('" or "')}"`);
  return columns;
}

function readingOf(content: string, line: number, columns: readonly ("name" | "unit")[]): Reading {
  if (content.length > longestLine) throw refused(line, `${content.length} characters`);
  const fields = splitFields(content);
  if (fields.length !== columns.length + 2) throw refused(line, `not ${columns.length + 2} fields`);
  return {
    line,
    time: timeOf(fields[0] as string, line),
    ...Object.fromEntries(columns.map((column, i) => [column, fields[i + 1] as string])),
    value: numberOf(fields.at(-1) as string, line),
  };
}

function splitFields(content: string): string[] {
  if (!linePattern.test(content)) return [];
  return Array.from(content.matchAll(fieldPattern), ([, quoted, plain]) => quoted ?? plain ?? "");
}

function timeOf(text: string, line: number): number {
  try {
    return parseTimestamp(text);
  } catch (cause) {
    throw trustError("NAT_READINGS_FORM", `line ${line}: the timestamp is not a date and time`, cause);
  }
}

function numberOf(text: string, line: number): number {
  const value = numberPattern.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw refused(line, "the value is not a number that float64 holds");
  if (Object.is(value, -0)) throw refused(line, "the value is -0");
  return value;
}

function offsetMinutes(zone: string): number {
  if (zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  const offset = 60 * hours + minutes;
  if (minutes > 59 || offset > longestOffsetMinutes) throw trustError("NAT_READINGS_FORM", `the offset ${zone}`);
  return zone.startsWith("-") ? -offset : offset;
}

function refused(line: number, why: string) {
  return trustError("NAT_READINGS_FORM", `line ${line}: ${why}`);
}
