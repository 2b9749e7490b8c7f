// SPDX-License-Identifier: Apache-2.0
// The units of an import: NDJSON, one object a line, or comma-separated values (RFC 4180), whose first line names the
// columns. A serial number holds no line end, so a record is a line; a field may be quoted, with quotes doubled.

import { decodeUtf8 } from "natalis/kernel";
import type { NumberedUnit } from "../../service/expectations.ts";
import { httpError } from "../errors.ts";
import { expectedUnitSchema } from "./admission-schemas.ts";
import type { Line } from "./ndjson.ts";

export const csv = "text/csv";

export type ExpectedForm = "ndjson" | "csv";

/** Reads one line after the other; undefined for the line that names the columns. @throws NAT_HTTP_INVALID naming the line */
export function expectedUnitReader(form: ExpectedForm): (line: Line) => NumberedUnit | undefined {
  if (form === "ndjson") return (line) => unitOf(jsonOf(line), line);
  let columns: readonly string[] | undefined;
  return (line) => {
    const values = valuesOf(line);
    if (columns === undefined) {
      columns = columnsOf(values, line);
      return undefined;
    }
    if (values.length !== columns.length)
      throw wrong(line, `${values.length} fields, where the first line names ${columns.length}`);
    const given = columns.map((name, i) => [name, values[i] as string] as const);
    return unitOf(Object.fromEntries(given.filter(([, value]) => value !== "")), line);
  };
}

/** As `expectedUnitReader`, of a whole stream. */
export async function* expectedUnits(lines: AsyncIterable<Line>, form: ExpectedForm): AsyncGenerator<NumberedUnit> {
  const read = expectedUnitReader(form);
  for await (const line of lines) {
    const unit = read(line);
    if (unit !== undefined) yield unit;
  }
}

function columnsOf(values: readonly string[], line: Line): readonly string[] {
  const isKnown = values.every((name) => name === "serial" || name === "model");
  if (!isKnown || !values.includes("serial") || new Set(values).size !== values.length)
    throw wrong(line, "the columns are serial and, where wanted, model");
  return values;
}

function unitOf(value: unknown, { number }: Line): NumberedUnit {
  const { data, error } = expectedUnitSchema.safeParse(value);
  if (error !== undefined) throw wrong({ number }, error.issues[0]?.message ?? "no unit", error);
  const { serial, model } = data;
  return { line: number, serial, ...(model !== undefined && { model }) };
}

function jsonOf(line: Line): unknown {
  try {
    return JSON.parse(decodeUtf8(line.bytes));
  } catch (cause) {
    throw wrong(line, "it is not JSON", cause);
  }
}

/** A field, then a comma or the end of the line. */
const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

function valuesOf(line: Line): string[] {
  const text = textOf(line);
  const values: string[] = [];
  field.lastIndex = 0;
  for (let end = ","; end === ","; ) {
    const found = field.exec(text);
    if (found === null) throw wrong(line, "a quote where none may be");
    const [, quoted, plain] = found;
    values.push(quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'));
    end = found[3] as string;
  }
  return values;
}

function textOf(line: Line): string {
  try {
    return decodeUtf8(line.bytes)
      .replace(/\r$/, "")
      .replace(/^\uFEFF/, "");
  } catch (cause) {
    throw wrong(line, "it is not UTF-8", cause);
  }
}

function wrong({ number }: Pick<Line, "number">, what: string, cause?: unknown): Error {
  return httpError("NAT_HTTP_INVALID", `line ${number}: ${what}`, cause);
}
