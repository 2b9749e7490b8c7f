// SPDX-License-Identifier: Apache-2.0
// What `natalis log audit` does, over a data folder as a crash left it: SQLite's files are copied first, so that whoever
// starts there next still finds what the crash left.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { openPostgresRegistry, openSqliteRegistry, parsePostgresAddress } from "@natalis/registrar";
import { bornFactsReader } from "natalis/birth";
import { oidsOf } from "natalis/formats";
import { type AuditReport, auditLog, parseTrustFile, type RegistryStores } from "natalis/registry";
import { natalis } from "../../support/command.ts";
import { origin, type Place } from "../../support/registrar.ts";
import { Scope } from "../../support/scope.ts";
import { quickFolder } from "../../support/temporary-folder.ts";

const databaseName = "registry.sqlite";

/** The database, and the write-ahead log that goes with it. */
export const sqliteFiles = [databaseName, `${databaseName}-wal`];

/** Whatever database the place says. Nobody may write to it meanwhile. */
export async function auditOf({ folder }: Place): Promise<AuditReport> {
  const scope = new Scope();
  try {
    const { log: policy, arc } = parseTrustFile(readFileSync(join(folder, "trust.json"), "utf8"));
    const kept = mirrorOf({ folder });
    return await auditLog({
      stores: await openCopy(folder, scope),
      mirror: { read: () => kept },
      origin,
      policy,
      readFacts: bornFactsReader({ oids: oidsOf(arc), hash: nodeHash }),
      verifier: nodeSignatureVerifier,
      hash: nodeHash,
    });
  } finally {
    await scope.close();
  }
}

/** The checkpoint outside the database. */
export function mirrorOf({ folder }: Pick<Place, "folder">): string {
  return readFileSync(join(folder, "checkpoint"), "utf8");
}

export async function isCleanAsCrashed(place: Place): Promise<void> {
  const { problemCount, problems } = await auditOf(place);
  assert.deepEqual([problemCount, problems], [0, []]);
}

/** By the command itself. */
export async function isCleanByCommand({ folder }: Place, devices: number): Promise<void> {
  const report = JSON.parse(await natalis("log", "audit", "--json", "--data", folder)) as AuditReport;
  assert.deepEqual([report.problemCount, report.problems, report.devices], [0, [], devices]);
}

async function openCopy(folder: string, scope: Scope): Promise<RegistryStores> {
  const registry = existsSync(join(folder, "database"))
    ? await openPostgresRegistry(parsePostgresAddress(readFileSync(join(folder, "database"), "utf8").trim()))
    : await openSqliteRegistry(join(copySqlite(folder, quickFolder(scope)), databaseName));
  scope.defer(() => registry.close());
  return registry;
}

/** Answers the folder that they were copied to. */
export function copySqlite(from: string, to: string): string {
  for (const name of sqliteFiles) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  return to;
}
