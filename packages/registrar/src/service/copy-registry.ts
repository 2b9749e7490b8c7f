// SPDX-License-Identifier: Apache-2.0
// Copies a registry from one database into another, empty one, and keeps the copy only when it is known to be the same:
// every row compared, every leaf, tile, checkpoint and device's life recomputed from the copied entries.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { bornFactsReader, keptEvidenceDigests } from "natalis/birth";
import { oidsOf } from "natalis/formats";
import { auditLog, type RegistryHead, type TrustFile } from "natalis/registry";
import { type CopySource, type CopyTarget, copyRows, countRows, differingTable } from "../adapters/sql/copy.ts";
import type { RegistryDatabase } from "./database.ts";
import { serviceError } from "./errors.ts";
import { parseSettings } from "./settings.ts";

export interface CopyInput {
  readonly from: RegistryDatabase;
  readonly to: RegistryDatabase;
  /** By which the copied log is audited. */
  readonly trust: Pick<TrustFile, "arc" | "log">;
  readonly onProgress?: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface Copied {
  readonly rows: number;
  readonly head: RegistryHead | undefined;
}

/**
 * Nobody else may have the source open; the target must be empty, and a copy that fails leaves nothing in it.
 * @throws NAT_SERVICE_COPY, NAT_SQLITE_HELD, NAT_SQLITE_EXISTS, NAT_POSTGRES_HELD, NAT_POSTGRES_FOREIGN
 */
export async function copyRegistry(input: CopyInput): Promise<Copied> {
  const source = await input.from.openSource();
  try {
    const target = await input.to.openTarget();
    try {
      const copied = await copyInto(source, target, input);
      await target.keep();
      return copied;
    } catch (error) {
      await target.abandon();
      throw error;
    }
  } finally {
    await source.close();
  }
}

async function copyInto(source: CopySource, target: CopyTarget, input: CopyInput): Promise<Copied> {
  const rows = await countRows(source.queries);
  const stage = (name: string) => {
    let done = 0;
    return (count: number) => {
      done += count;
      input.onProgress?.({ stage: name, done, total: rows });
    };
  };
  await copyRows(source.queries, target.queries, stage("copying"));
  const table = await differingTable(source.queries, target.queries, stage("comparing"));
  if (table !== undefined) throw serviceError("NAT_SERVICE_COPY", `table ${table} differs`);
  await audit(target, input);
  const [head, before] = [await target.stores.commits.head(), await source.stores.commits.head()];
  if (head?.checkpoint !== before?.checkpoint) throw serviceError("NAT_SERVICE_COPY", "the checkpoint differs");
  return { rows, head };
}

async function audit({ stores }: CopyTarget, { trust, onProgress }: CopyInput): Promise<void> {
  const { origin } = parseSettings(Object.fromEntries(await stores.settings.settings()));
  const { problemCount, problems } = await auditLog({
    stores,
    origin,
    policy: trust.log,
    readFacts: bornFactsReader({ oids: oidsOf(trust.arc), hash: nodeHash }),
    readKeptEvidence: (body) => keptEvidenceDigests(body, nodeHash),
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    onProgress: ({ stage, done, total }) => onProgress?.({ stage: `auditing ${stage}`, done, total }),
  });
  const [first] = problems;
  if (first === undefined) return;
  const { subject, place, finding } = first;
  throw serviceError("NAT_SERVICE_COPY", `${problemCount} problems, the first: ${subject} ${place}: ${finding}`);
}
