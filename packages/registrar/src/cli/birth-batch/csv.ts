// SPDX-License-Identifier: Apache-2.0
// Comma-separated values (RFC 4180): the first record names the columns; fields may be quoted, with quotes doubled and
// line ends inside. Strict: a record of another length, or a stray quote, is an error and not a guess.

import { clientError } from "../errors.ts";

export interface CsvRecord {
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}

interface Row {
  readonly line: number;
  readonly values: readonly string[];
}

/** @throws NAT_CLIENT_FILE naming the line */
export function parseCsv(text: string): CsvRecord[] {
  const [header, ...rows] = rowsOf(text);
  if (header === undefined) return [];
  if (new Set(header.values).size !== header.values.length) throw wrong(header.line, "a column is named twice");
  return rows.map(({ line, values }) => {
    if (values.length !== header.values.length)
      throw wrong(line, `${values.length} fields, where the first line names ${header.values.length}`);
    return { line, fields: new Map(header.values.map((name, i) => [name, values[i] as string])) };
  });
}

/** A field, then a comma, the end of the record, or the end of the text. */
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let values: string[] = [];
  let [line, begun] = [1, 1];
  field.lastIndex = 0;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw wrong(line, "a quote where none may be");
    const [whole, quoted, plain, end] = found;
    values.push(quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'));
    line += whole.split("\n").length - 1;
    if (end === ",") {
      // A comma at the very end begins one more field, an empty one.
      if (field.lastIndex === text.length) values.push("");
      else continue;
    }
    if (values.length > 1 || values[0] !== "") rows.push({ line: begun, values });
    [values, begun] = [[], line];
  }
  return rows;
}

function wrong(line: number, what: string): Error {
  return clientError("NAT_CLIENT_FILE", `line ${line}: ${what}`);
}
