// SPDX-License-Identifier: Apache-2.0
// The device's data: its readings are sealed and verified, then three rows are tampered with and exactly those found.

import { copyFile, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { systemClock, writeFileDurably } from "@natalis/node";
import { encodeUtf8 } from "natalis/kernel";
import { readPapers } from "../device-folder.ts";
import { clientError } from "../errors.ts";
import { readMachine } from "../machine-readings.ts";
import { silent } from "../output.ts";
import { readRecordLines } from "../records.ts";
import { sealRecords } from "../seal.ts";
import { verifyData } from "../verify-data.ts";
import type { Demo } from "./prepare.ts";
import type { Chapter } from "./story.ts";
import { tamper } from "./tamper.ts";

const batch = 64;
const samples = 48;
const sampleEvery = 50;
/** Of a data set whose columns do not say. */
const quantity = { name: "value", unit: "1" };

export const sealChapter: Chapter<Demo> = {
  title: "It seals its readings, and they verify",
  async live(demo, tell) {
    const file = demo.file("readings.csv");
    if (demo.readings === undefined) await writeMachineReadings(file);
    else await copyFile(demo.readings, file);
    const { records } = await readRecordLines(file, quantity);
    const base = demo.file("readings");
    const sealed = await sealRecords({ records, folder: demo.device, arc: demo.trust.arc, batch, base }, silent);
    tell(`${records.length} rows in ${sealed.count} seals: ${sealed.seals}, ${sealed.leaves}`);
    if (!(await verify(demo, file, tell))) throw clientError("NAT_CLIENT_FILE", "the sealed data does not verify");
    tell(`again: ${verifyLine(demo, file)}`);
  },
};

export const tamperChapter: Chapter<Demo> = {
  title: "One value is changed, one row dropped, one moved: exactly those are reported",
  async live(demo, tell) {
    const file = demo.file("readings-tampered.csv");
    const { text, told } = tamper(await readFile(demo.file("readings.csv"), "utf8"));
    await writeFileDurably(file, encodeUtf8(text), 0o644);
    for (const line of told) tell(`tampered: ${line}`);
    if (await verify(demo, file, tell)) throw clientError("NAT_CLIENT_FILE", "the tampering was not found");
    tell(`again: ${verifyLine(demo, file)}`);
  },
};

async function verify(demo: Demo, file: string, tell: (line: string) => void): Promise<boolean> {
  const { certificate, chain } = await readPapers(demo.device);
  const input = {
    data: await readRecordLines(file, quantity),
    seals: demo.file("readings.seals"),
    leaves: demo.file("readings.leaves"),
    certificates: [certificate, ...chain],
    trust: demo.trust,
  };
  return verifyData(input, { line: tell, warn: tell });
}

function verifyLine(demo: Demo, file: string): string {
  const [seals, leaves] = [demo.file("readings.seals"), demo.file("readings.leaves")];
  const places = `--data ${demo.folder.path} --device ${demo.device.path}`;
  return `npx natalis verify-data ${file} ${seals} --leaves ${leaves} ${places}`;
}

async function writeMachineReadings(file: string): Promise<void> {
  const lines = ["timestamp,name,unit,value"];
  for (let sample = 0; sample < samples; sample++) {
    for (const { at, name, unit, value } of await readMachine(systemClock.now()))
      lines.push([at.toISOString(), name, unit, value].join(","));
    await setTimeout(sampleEvery);
  }
  await writeFileDurably(file, encodeUtf8(`${lines.join("\n")}\n`), 0o644);
}
