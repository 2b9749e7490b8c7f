// SPDX-License-Identifier: Apache-2.0
// natalis verify-data: which rows of a data set are what a device sealed. With the leaves file every row is judged,
// without it every batch. The device's certificate is verified against the trust file; nothing else is believed.

import { nodeHash, nodeSignatureVerifier, systemClock } from "@natalis/node";
import { Command } from "commander";
import { type Evidence, identifyDevice } from "natalis/authenticate";
import { oidsOf, parsePem } from "natalis/formats";
import { formatUuid } from "natalis/kernel";
import type { TrustFile } from "natalis/registry";
import {
  certificatesOfSeals,
  compareBatches,
  compareRows,
  isIntact,
  leavesOfRecords,
  parseSealSequence,
  type SealHistory,
  sealingCertificate,
  verifySeals,
} from "natalis/trust";
import { defaultDataFolder, readTrust } from "./connection.ts";
import { deviceFolder, readBirthReceipt } from "./device-folder.ts";
import { clientError } from "./errors.ts";
import { readData, readText } from "./files.ts";
import { type Output, terminal } from "./output.ts";
import { type QuantityOptions, readRecordLines, type RecordsOfFile, withQuantity } from "./records.ts";
import { describeBatches, describeFinding, describeRows } from "./verify-data-report.ts";

interface VerifyDataOptions extends QuantityOptions {
  readonly leaves?: string;
  readonly device?: string;
  readonly certificate?: string[];
  readonly receipt?: string;
  readonly stateProof?: string;
  readonly trust?: string;
  readonly data: string;
}

export interface DataVerification {
  readonly data: RecordsOfFile;
  readonly seals: string;
  readonly leaves?: string | undefined;
  /** The device's certificate, then those of its chain, DER; absent: those that travel with the seals. */
  readonly certificates?: readonly Uint8Array[] | undefined;
  /** What shows that the certificate is registered, where a station issued it. */
  readonly proof?: Pick<Evidence, "receipt" | "stateProof">;
  readonly trust: TrustFile;
}

export function verifyDataCommand(): Command {
  return withQuantity(new Command("verify-data"))
    .description(
      "say which rows (or batches) of a data set are authentic, altered, missing or moved; exit code 1 unless all are",
    )
    .argument("<file.csv>")
    .argument("<file.seals>")
    .option("--leaves <file>", "leaves file: judges single rows")
    .option("--device <dir>", "folder with the device's certificate and chain")
    .option(
      "--certificate <file...>",
      "PEM files: the device's certificate first, then its chain (default: the seals')",
    )
    .option("--receipt <file>", "the birth's receipt, needed where a station bore the device (default: the folder's)")
    .option("--state-proof <file>", "a state proof, which shows the same")
    .option("--trust <file>", "trust file (default: from the data folder)")
    .option("--data <dir>", "the registrar's data folder, where it runs on this machine", defaultDataFolder)
    .action(async (file: string, seals: string, options: VerifyDataOptions) => {
      const data = await readRecordLines(file, options);
      const trust = await readTrust(options);
      const certificates = await readCertificates(options);
      const proof = await readProof(options);
      const intact = await verifyData({ data, seals, leaves: options.leaves, certificates, proof, trust }, terminal);
      if (!intact) process.exitCode = 1;
    });
}

/** Prints the findings; whether the data set is exactly what was sealed, and the seals one unbroken history. */
export async function verifyData(input: DataVerification, output: Output): Promise<boolean> {
  const { history, device } = await verifyHistory(input);
  output.line(
    `device ${device}: ${history.seals.length} authentic seals; its certificate holds, its status was not asked`,
  );
  for (const finding of history.findings) output.line(describeFinding(finding));
  const rowLeaves = leavesOfRecords(input.data.records, nodeHash);
  const intact =
    input.leaves === undefined
      ? reportBatches(input, history, rowLeaves, output)
      : reportRows(input, history, rowLeaves, await readData(input.leaves), output);
  return intact && history.findings.length === 0;
}

async function verifyHistory(input: DataVerification): Promise<{ history: SealHistory; device: string }> {
  const { trust } = input;
  const seals = parseSealSequence(await readData(input.seals));
  const [certificate, ...chain] = input.certificates ?? certificatesOfSeals(seals);
  if (certificate === undefined)
    throw clientError("NAT_CLIENT_OPTION", "no certificate travels with the seals; use --device or --certificate");
  const at = systemClock.now();
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  const policy = { unknownStatus: "accept", maxStateAge: 0 } as const;
  const purpose = oidsOf(trust.arc).seal;
  const { path, identity } = await identifyDevice({
    certificate,
    evidence: { chain, ...input.proof },
    trust,
    policy,
    purpose,
    at,
    ...ports,
  });
  const sealedBy = sealingCertificate(path.certificates[0], trust.arc, nodeHash);
  return { history: await verifySeals({ seals, sealedBy, ...ports }), device: formatUuid(identity.deviceId) };
}

function reportRows(
  { data }: DataVerification,
  { seals }: SealHistory,
  rowLeaves: Uint8Array,
  sealedLeaves: Uint8Array,
  output: Output,
): boolean {
  const comparison = compareRows({ seals, sealedLeaves, rowLeaves, hash: nodeHash });
  for (const line of describeRows(comparison, data.lines)) output.line(line);
  return isIntact(comparison);
}

function reportBatches(
  { data }: DataVerification,
  { seals }: SealHistory,
  rowLeaves: Uint8Array,
  output: Output,
): boolean {
  const comparison = compareBatches({ seals, rowLeaves, hash: nodeHash });
  for (const line of describeBatches(comparison, data.lines)) output.line(line);
  return comparison.unsealed.length === 0 && comparison.batches.every(({ kind }) => kind === "authentic");
}

async function readProof({ device, receipt, stateProof }: VerifyDataOptions): Promise<DataVerification["proof"] & {}> {
  return {
    ...(device === undefined ? {} : await readBirthReceipt(deviceFolder(device))),
    ...(receipt === undefined ? {} : { receipt: await readData(receipt) }),
    ...(stateProof === undefined ? {} : { stateProof: await readData(stateProof) }),
  };
}

async function readCertificates({ device, certificate }: VerifyDataOptions): Promise<Uint8Array[] | undefined> {
  if (device === undefined && certificate === undefined) return undefined;
  const folder = deviceFolder(device ?? "");
  const files = certificate ?? [folder.certificate, folder.chain];
  const texts = await Promise.all(files.map(readText));
  return texts.flatMap((text) => parsePem(text, "CERTIFICATE"));
}
