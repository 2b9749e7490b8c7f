// SPDX-License-Identifier: Apache-2.0
// A file of expected units, read to its end before anything is sent: what is wrong with a line is told first.

import { isNatalisError } from "natalis/kernel";
import { expectedUnitReader } from "../../protocols/rest/expected-lines.ts";
import { linesOf } from "../../protocols/rest/ndjson.ts";
import { expectedLineBytes } from "../../protocols/limits.ts";
import type { NumberedUnit } from "../../service/expectations.ts";
import { clientError } from "../errors.ts";
import { readData } from "../files.ts";

const openingBrace = 0x7b;

/** No column of a CSV file begins with a brace. @throws NAT_CLIENT_FILE naming the line */
export async function readExpectedUnits(path: string): Promise<NumberedUnit[]> {
  const bytes = await readData(path);
  const read = expectedUnitReader(bytes[0] === openingBrace ? "ndjson" : "csv");
  const units: NumberedUnit[] = [];
  try {
    for await (const line of linesOf(only(bytes), { lineBytes: expectedLineBytes, lines: Number.POSITIVE_INFINITY })) {
      const unit = read(line);
      if (unit !== undefined) units.push(unit);
    }
    return units;
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    throw clientError("NAT_CLIENT_FILE", `${path}, ${error.detail}`, error);
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
