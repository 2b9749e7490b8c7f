// SPDX-License-Identifier: Apache-2.0
// Data sets on disk as records: CSV with a quantity's name and unit, given once for the whole file where the file
// itself does not say them. Who verifies must read them as who sealed.

import type { Command } from "commander";
import { type DataRecord, parseReadings } from "natalis/trust";
import { readData } from "./files.ts";

export interface QuantityOptions {
  readonly name: string;
  readonly unit: string;
}

export interface RecordsOfFile {
  readonly records: readonly DataRecord[];
  /** Line of the file of each record, from 1. */
  readonly lines: readonly number[];
}

export function withQuantity(command: Command): Command {
  return command
    .option("--name <name>", "SenML name of a file with the columns timestamp,value", "value")
    .option("--unit <unit>", "SenML unit of such a file (RFC 8428 section 12.1)", "1");
}

/** @throws NAT_CLIENT_FILE, NAT_READINGS_FORM, NAT_READINGS_SIZE */
export async function readRecords(path: string, quantity: QuantityOptions): Promise<readonly DataRecord[]> {
  return (await readRecordLines(path, quantity)).records;
}

/** @throws as `readRecords` */
export async function readRecordLines(path: string, { name, unit }: QuantityOptions): Promise<RecordsOfFile> {
  const bytes = await readData(path);
  const records: DataRecord[] = [];
  const lines: number[] = [];
  for (const reading of parseReadings(bytes)) {
    records.push({ time: reading.time, name: reading.name ?? name, unit: reading.unit ?? unit, value: reading.value });
    lines.push(reading.line);
  }
  return { records, lines };
}
