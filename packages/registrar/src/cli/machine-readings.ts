// SPDX-License-Identifier: Apache-2.0
// Real readings of the machine we run on: load, memory in use, and temperature where the kernel offers one.
// Names and units are SenML's (RFC 8428 section 12.1).

import { readFile } from "node:fs/promises";
import { arch, freemem, loadavg, release, totalmem, type } from "node:os";

export interface Reading {
  readonly at: Date;
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

const firstZone = "/sys/class/thermal/thermal_zone0/temp";

/** One reading of each quantity that this machine has. */
export async function readMachine(at: Date): Promise<Reading[]> {
  const readings: Reading[] = [
    { at, name: "load", unit: "1", value: loadavg()[0] ?? 0 },
    { at, name: "memory", unit: "B", value: totalmem() - freemem() },
  ];
  const temperature = await readTemperature();
  if (temperature !== undefined) readings.push({ at, name: "temperature", unit: "Cel", value: temperature });
  return readings;
}

/** What this machine is, as facts of a birth. */
export function readMachineFacts(): { model: string; hardwareRevision: string } {
  return { model: `${type()} ${arch()}`.slice(0, 64), hardwareRevision: release().slice(0, 64) };
}

/** Degrees Celsius of the first thermal zone, or undefined: virtual machines have none. */
async function readTemperature(): Promise<number | undefined> {
  const text = await readFile(firstZone, "utf8").catch(() => "");
  const milli = Number.parseInt(text, 10);
  return Number.isFinite(milli) ? milli / 1000 : undefined;
}
