// SPDX-License-Identifier: Apache-2.0
// natalis seal: seals a data set in batches with a device's key. Beside the seals a leaves file is written: 32 bytes a
// row, which let a verifier name single rows. The sequence numbers survive power cuts in the device's folder.

import { open } from "node:fs/promises";
import { FileSealState, nodeHash } from "@natalis/node";
import { Command } from "commander";
import { Sealer } from "natalis/device";
import type { Signer } from "natalis/kernel";
import type { DataRecord } from "natalis/trust";
import { defaultDataFolder, readTrust } from "./connection.ts";
import { type DeviceFolder, deviceFolder, readPapers, readReceiptCheckpoint } from "./device-folder.ts";
import { withDeviceKey } from "./device-key.ts";
import { clientError } from "./errors.ts";
import { isThere } from "./files.ts";
import { parseCount } from "./operator.ts";
import { type Output, terminal } from "./output.ts";
import { progressBar } from "./progress.ts";
import { type QuantityOptions, readRecords, withQuantity } from "./records.ts";

interface SealOptions extends QuantityOptions {
  readonly device: string;
  readonly batch: number;
  readonly out?: string;
  readonly trust?: string;
  readonly data: string;
}

export interface SealedFiles {
  readonly seals: string;
  readonly leaves: string;
  readonly count: number;
}

export function sealCommand(): Command {
  return withQuantity(new Command("seal"))
    .description("seal a data set (CSV) with a device's key")
    .argument("<file.csv>", "columns timestamp,value or timestamp,name,unit,value")
    .requiredOption("--device <dir>", "the device's folder")
    .option("--batch <rows>", "rows a seal", parseCount, 64)
    .option("--trust <file>", "trust file (default: from the data folder)")
    .option("--data <dir>", "the registrar's data folder, where it runs on this machine", defaultDataFolder)
    .option("--out <base>", "write <base>.seals and <base>.leaves (default: the CSV's name)")
    .action(async (file: string, options: SealOptions) => {
      const records = await readRecords(file, options);
      const base = options.out ?? file.replace(/\.csv$/i, "");
      await requireUnused(`${base}.seals`);
      const folder = deviceFolder(options.device);
      const { arc } = await readTrust(options);
      const { seals, leaves, count } = await sealRecords(
        { records, folder, arc, batch: options.batch, base },
        terminal,
      );
      terminal.line(`${records.length} rows in ${count} seals: ${seals} and ${leaves}`);
    });
}

/** Their numbers are spent: seals that were written over could not be made again. */
async function requireUnused(path: string): Promise<void> {
  if (await isThere(path)) throw clientError("NAT_CLIENT_OPTION", `${path} is there already; name another with --out`);
}

export interface SealingJob {
  readonly records: readonly DataRecord[];
  readonly folder: DeviceFolder;
  /** The registry's OID arc, from the trust file. */
  readonly arc: string;
  readonly batch: number;
  /** Files are named after it. */
  readonly base: string;
}

/** Seals and writes; seals are appended batch by batch, so an interrupted run keeps what it made. */
export function sealRecords(job: SealingJob, output: Output): Promise<SealedFiles> {
  return withDeviceKey(job.folder, async (signer) => sealWith(await openSealer(job, signer), job, output));
}

async function sealWith(
  sealer: Sealer,
  { records, folder, batch, base }: SealingJob,
  output: Output,
): Promise<SealedFiles> {
  const checkpoint = await readReceiptCheckpoint(folder);
  const files = { seals: `${base}.seals`, leaves: `${base}.leaves` };
  const [sealsFile, leavesFile] = [await open(files.seals, "w"), await open(files.leaves, "w")];
  const bar = progressBar("sealing", records.length, output);
  let count = 0;
  try {
    for (let start = 0; start < records.length; start += batch, count++) {
      const rows = records.slice(start, start + batch);
      const { seal, leaves } = await sealer.seal(rows, checkpoint);
      await sealsFile.write(seal);
      await leavesFile.write(leaves);
      bar.advance(rows.length);
    }
    await Promise.all([sealsFile.sync(), leavesFile.sync()]);
  } finally {
    bar.stop();
    await Promise.all([sealsFile.close(), leavesFile.close()]);
  }
  return { ...files, count };
}

async function openSealer({ folder, arc }: SealingJob, signer: Signer): Promise<Sealer> {
  const papers = await readPapers(folder);
  return Sealer.open({ ...papers, signer, arc, store: new FileSealState(folder.sealState), hash: nodeHash });
}
