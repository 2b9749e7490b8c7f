// SPDX-License-Identifier: Apache-2.0
// natalis log audit: recomputes everything from the log's entries and compares it with all that is stored. It reads
// the data folder itself and asks no running registrar; it sees one snapshot, so the registrar may go on.

import { FileCheckpointMirror, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { Command } from "commander";
import { bornFactsReader, keptEvidenceDigests } from "natalis/birth";
import { oidsOf } from "natalis/formats";
import { type AuditReport, auditLog } from "natalis/registry";
import { dataFolder } from "../service/data-folder.ts";
import { databaseOf } from "../service/database.ts";
import { parseSettings } from "../service/settings.ts";
import { defaultDataFolder, readTrust } from "./connection.ts";
import { databaseOption, requireNoPassword } from "./database-option.ts";
import { type Output, silent, terminal } from "./output.ts";
import { type Progress, progressBar } from "./progress.ts";

interface AuditOptions {
  readonly data: string;
  readonly json?: boolean;
  readonly database?: string;
}

export function logCommand(): Command {
  const audit = new Command("audit")
    .description("recompute the log from its entries and compare with everything stored")
    .option("--data <dir>", "the registrar's data folder", defaultDataFolder)
    .option("--json", "print the report as JSON")
    .addOption(databaseOption("PostgreSQL database of the registry (default: what the data folder says)"))
    .action(async ({ data, json, database }: AuditOptions, command: Command) => {
      requireNoPassword(command);
      const report = await audited(data, json === true ? silent : terminal, database);
      if (json === true) terminal.line(JSON.stringify(report));
      else describeReport(report, terminal);
      if (report.problemCount > 0) process.exitCode = 1;
    });
  return new Command("log").description("the registry's log").addCommand(audit);
}

/** Audits a data folder. @throws NAT_SQLITE_*, NAT_POSTGRES_*, NAT_REGISTRY_TRUST_FILE, NAT_SERVICE_SETTINGS */
export async function audited(path: string, output: Output, database?: string): Promise<AuditReport> {
  const folder = dataFolder(path);
  const { log: policy, arc } = await readTrust({ data: path });
  // Before the snapshot: a registrar at work commits first and then keeps the checkpoint.
  const kept = await new FileCheckpointMirror(folder.checkpoint).read();
  if (kept === undefined)
    output.warn(`${folder.checkpoint} is missing: nothing shows whether the database was restored`);
  const stores = await (await databaseOf(folder, database)).openSnapshot();
  const progress = stagedProgress(output);
  try {
    const { origin } = parseSettings(Object.fromEntries(await stores.settings.settings()));
    const damage = stores.damage?.() ?? [];
    if (damage.length > 0) return damagedReport(damage);
    return await auditLog({
      stores,
      mirror: { read: () => kept },
      origin,
      policy,
      readFacts: bornFactsReader({ oids: oidsOf(arc), hash: nodeHash }),
      readKeptEvidence: (body) => keptEvidenceDigests(body, nodeHash),
      verifier: nodeSignatureVerifier,
      hash: nodeHash,
      onProgress: ({ stage, done, total }) => progress.show(stage, done, total),
    });
  } finally {
    progress.stop();
    await stores.close();
  }
}

/** What is damaged is not read on: whatever it said might be the damage. */
function damagedReport(damage: readonly string[]): AuditReport {
  const problems = damage.map((finding) => ({ subject: "database", place: "file", finding }) as const);
  return { entries: 0, devices: 0, checkpoints: 0, problemCount: problems.length, problems };
}

export function describeReport(report: AuditReport, output: Output): void {
  output.line(`${report.entries} entries, ${report.devices} devices, ${report.checkpoints} checkpoints`);
  for (const { subject, place, finding } of report.problems) output.line(`problem: ${subject} ${place}: ${finding}`);
  const rest = report.problemCount - report.problems.length;
  if (rest > 0) output.line(`... and ${rest} more`);
  output.line(report.problemCount === 0 ? "audit: clean" : `audit: ${report.problemCount} problems`);
}

/** One bar after the other, as the stages come. */
export function stagedProgress(output: Output) {
  let current: { stage: string; bar: Progress; done: number } | undefined;
  return {
    show(stage: string, done: number, total: number) {
      if (current?.stage !== stage) {
        current?.bar.stop();
        current = { stage, bar: progressBar(stage, total, output), done: 0 };
      }
      current.bar.advance(done - current.done);
      current.done = done;
    },
    stop: () => current?.bar.stop(),
  };
}
