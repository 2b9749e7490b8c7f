// SPDX-License-Identifier: Apache-2.0
// Compares stored rows with the rows that the replayed log leaves.

import { encodeCbor } from "../../formats/index.ts";
import { equalBytes, type Hash, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  type AuthorityRow,
  type DeviceRow,
  type OperatorRow,
  pageLimit,
  type RegistryStores,
  type RevocationStore,
  type RevokedRow,
} from "../ports.ts";
import { encodeStateLeaf } from "../state-leaf.ts";
import { factsDigest } from "./facts.ts";
import type { ReplayedDevices } from "./replayed-devices.ts";
import { type ReplayedRows, revocationKey, shardKey } from "./replayed-rows.ts";
import type { AuditProgress, Findings } from "./report.ts";

export interface CompareInput {
  readonly findings: Findings;
  readonly stores: Pick<
    RegistryStores,
    "devices" | "births" | "operators" | "products" | "authorities" | "revocations"
  >;
  readonly hash: Hash;
  readonly onProgress: (progress: AuditProgress) => void;
}

const shards = 256;

/** Every row must repeat its birth and the state that the log left; none may be missing or too many. */
export async function compareDevices(devices: ReplayedDevices, input: CompareInput): Promise<void> {
  let ordinal = 0;
  let after = -1;
  for (;;) {
    const page = await input.stores.devices.listDevices({ after, limit: pageLimit });
    if (page.length === 0) break;
    after = page.at(-1)?.ordinal as number;
    for (const row of page) compareDevice(row, ordinal++, devices, input);
    await compareIndex(page, input);
    input.onProgress({ stage: "devices", done: ordinal, total: devices.count });
  }
  input.findings.require(
    ordinal >= devices.count,
    "device",
    ordinal,
    `Rows of ${devices.count - ordinal} are missing.`,
  );
}

/** Every operator's row must be what its entries and births leave. */
export async function compareOperators(rows: ReplayedRows, { stores, findings }: CompareInput): Promise<void> {
  let after: string | undefined;
  let seen = 0;
  for (;;) {
    const page = await stores.operators.listOperators(after, pageLimit);
    if (page.length === 0) break;
    for (const row of page) {
      const isSame = isSameRow(operatorValues(row), operatorValues(rows.operators.get(row.id)));
      findings.require(isSame, "operator", row.id, "The row is not what the log tells.");
    }
    seen += page.length;
    after = page.at(-1)?.id;
  }
  findings.require(seen >= rows.operators.size, "operator", "rows", "Rows are missing.");
}

/** A product line's births must be as many as the log has; its list is in no log. */
export async function compareProducts({ products }: ReplayedRows, { stores, findings }: CompareInput): Promise<void> {
  const missing = new Map(products);
  for (let after: string | undefined; ; ) {
    const page = await stores.products.listProducts(after, pageLimit);
    for (const { product, born } of page) {
      findings.require(born === (missing.get(product) ?? 0), "product", product, `The row counts ${born} births.`);
      missing.delete(product);
    }
    if (page.length < pageLimit) break;
    after = page.at(-1)?.product;
  }
  for (const product of missing.keys()) findings.add("product", product, "The row is missing.");
}

/** The authority's certificates must be those of the log. */
export async function compareAuthorities(rows: ReplayedRows, { stores, findings }: CompareInput): Promise<void> {
  let seen = 0;
  let after = -1;
  for (;;) {
    const page = await stores.authorities.listAuthorities(after, pageLimit);
    if (page.length === 0) break;
    for (const row of page) {
      const isSame = isSameRow(authorityValues(row), authorityValues(rows.authorities[seen++]));
      findings.require(isSame, "authority", row.keyId, "The row is not what the log tells.");
    }
    after = page.at(-1)?.entry as number;
  }
  findings.require(seen >= rows.authorities.length, "authority", "rows", "Rows are missing.");
}

/** What CRLs are made of must be what the log tells, shard by shard. */
export async function compareRevocations(rows: ReplayedRows, input: CompareInput): Promise<void> {
  const missing = new Map(rows.revocations);
  const issuers = new Set(rows.authorities.map(({ keyId }) => keyId));
  for (const key of rows.shardChanges.keys()) issuers.add(key.slice(0, key.indexOf(" ")));
  let done = 0;
  for (const issuer of issuers) {
    for (let shard = 0; shard < shards; shard++) await compareShard(issuer, shard, rows, missing, input);
    done += shards;
    input.onProgress({ stage: "revocations", done, total: issuers.size * shards });
  }
  for (const key of missing.keys()) input.findings.add("revocation", key, "The row is missing.");
}

async function compareShard(
  issuer: string,
  shard: number,
  rows: ReplayedRows,
  missing: Map<string, RevokedRow>,
  { stores, findings }: CompareInput,
): Promise<void> {
  const changedBy = await stores.revocations.shardChangedBy(issuer, shard);
  const isChange = changedBy === rows.shardChanges.get(shardKey(issuer, shard));
  findings.require(isChange, "revocation", shardKey(issuer, shard), "Another entry changed the shard last.");
  for await (const row of rowsOfShard(issuer, shard, stores.revocations)) {
    const key = revocationKey(issuer, row.serial);
    const isSame = isSameRow(revocationValues(row), revocationValues(missing.get(key)));
    findings.require(isSame, "revocation", key, "The row is not what the log tells.");
    missing.delete(key);
  }
}

async function* rowsOfShard(issuer: string, shard: number, store: RevocationStore): AsyncGenerator<RevokedRow> {
  let after: Uint8Array | undefined;
  for (;;) {
    const page = await store.revokedIn(issuer, shard, after, pageLimit);
    yield* page;
    if (page.length < pageLimit) return;
    after = page.at(-1)?.serial;
  }
}

function compareDevice(row: DeviceRow, ordinal: number, devices: ReplayedDevices, input: CompareInput): void {
  const { findings, hash } = input;
  const place = toHex(row.id);
  if (row.ordinal !== ordinal || ordinal >= devices.count) {
    findings.add("device", place, `The row has ordinal ${row.ordinal}, where ${ordinal} was due.`);
    return;
  }
  try {
    const isState = equalBytes(encodeStateLeaf(row), devices.leafBytes(ordinal));
    findings.require(isState, "device", place, "The row tells another state than the log.");
    const isFacts = equalBytes(factsDigest(row, hash), devices.digest(ordinal));
    findings.require(isFacts, "device", place, "The row tells other facts than the birth record.");
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    findings.add("device", place, error);
  }
}

// Refusing second births rests on this index; a birth that it has lost could happen again.
async function compareIndex(page: readonly DeviceRow[], { stores, findings }: CompareInput): Promise<void> {
  const taken = await stores.births.takenBy(page.map((row) => ({ ...row, deviceId: row.id })));
  page.forEach((row, i) => {
    findings.require(taken[i] === "key", "device", toHex(row.id), "The index of births has lost its key.");
  });
}

type Values = Parameters<typeof encodeCbor>[0];

function isSameRow(stored: Values, replayed: Values): boolean {
  return equalBytes(encodeCbor(stored), encodeCbor(replayed));
}

function operatorValues(row: OperatorRow | undefined): Values {
  if (row === undefined) return null;
  const { id, name, role, products, quota = null, born, state, enrolledEntry, lastEntry } = row;
  const credentials = [row.tokenHash ?? null, row.certificateHash ?? null];
  const validity = [row.notBefore ?? null, row.notAfter ?? null];
  return [id, name, role, credentials, products, quota, validity, born, state, enrolledEntry, lastEntry];
}

function authorityValues(row: AuthorityRow | undefined): Values {
  return row === undefined ? null : [row.kind, row.keyId, row.certificate, row.certificateHash, row.entry];
}

function revocationValues(row: RevokedRow | undefined): Values {
  if (row === undefined) return null;
  const { issuer, shard, serial, reason, revokedAt, invalidityDate = null, entry } = row;
  return [issuer, shard, serial, reason, revokedAt, invalidityDate, entry];
}
