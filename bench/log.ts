// SPDX-License-Identifier: Apache-2.0
// `bench -- log`: entries a second that the log takes durably, 512 a commit, with their tiles and a checkpoint signed by
// both keys, so that every proof can be made at once; one is. The limit is their hashing and an append to a file with
// fdatasync. `bench -- audit`: entries a second that an audit recomputes, of a registry of real births: documents, rows,
// states, tiles, checkpoints. The limit is their hashing: a leaf and a node for each. Beside it stand the log alone, its
// tree computed from its entries, and all that an audit of a birth has to hash, its documents and its state too.

import { hash } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { openSqliteRegistry } from "@natalis/registrar";
import { bornFactsReader, prepareBirth, signBirth } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import {
  algorithms,
  encodeCheckpoint,
  leafHash,
  noteSigner,
  oidsOf,
  parseLogPolicy,
  signNote,
  TiledTree,
  verifierKey,
} from "natalis/formats";
import {
  auditLog,
  type BornEvent,
  type CommitBatch,
  entryTypes,
  type RegistryHead,
  type RegistryStores,
  Sequencer,
} from "natalis/registry";
import type { Bench, Operation } from "./bench.ts";
import { arc, model, openBenchAuthority } from "./bench-authority.ts";

const entriesPerCommit = 512;
/** Of a birth. */
const entryLength = 168;
const births = 5_000;
const origin = "bench.example/log";

export const logBench: Bench = {
  name: "log",
  unit: "entries",
  unitsPerOperation: entriesPerCommit,
  // 50,000 of the 215,000 that such groups of bytes alone have reached.
  budget: 0.23,
  pace: { clock: "wall", turnMilliseconds: 300, cores: 1 },
  contenders: [
    { name: "log", role: "work", prepare: prepareAppending },
    { name: "limit", role: "limit", prepare: prepareRawAppending },
  ],
};

export const auditBench: Bench = {
  name: "audit",
  unit: "entries",
  unitsPerOperation: births,
  budget: 0.5,
  contenders: [
    { name: "audit", role: "work", prepare: prepareAuditing },
    { name: "limit", role: "limit", prepare: prepareRawHashing },
    { name: "log alone", role: "beside", prepare: prepareTree },
    { name: "all hashes of births", role: "beside", prepare: prepareBirthHashing },
  ],
};

/**
 * Bytes that an audit hashes for a birth: leaf, body, record, certificate, key, facts, facts of the row, leaf of the
 * state; and a node of either tree.
 */
const hashedLengths = [1 + 135, 16 + 1130, 190, 917, 91, 200, 300, 218, 65, 65];

/** Gone with the process. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "natalis-bench-log-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

function logKeys() {
  const signers = [generateKey(algorithms.EdDSA).signer, generateKey(algorithms.ES256).signer];
  const keys = signers.map(({ publicKey }) => `log ${verifierKey(origin, publicKey, nodeHash)}\n`);
  const policy = parseLogPolicy(`${keys[0]}quorum none\n`);
  return { signers: signers.map((signer) => noteSigner(origin, signer, nodeHash)), policy };
}

async function prepareAppending(): Promise<Operation> {
  const { commits, log } = await openSqliteRegistry(join(folder(), "log.sqlite"));
  const { signers } = logKeys();
  const tree = new TiledTree(0, { readTile: (id) => log.readLogTile(id) }, nodeHash);
  let expected: RegistryHead | undefined;
  return async () => {
    const first = tree.size;
    const entries = Array.from({ length: entriesPerCommit }, (_, i) => storedEntry(first + i));
    for (const { entry } of entries) await tree.append(leafHash(entry, nodeHash));
    const [size, root] = [tree.size, await tree.root()];
    const checkpoint = await signNote(encodeCheckpoint({ origin, size, root }), signers);
    const head: RegistryHead = { size, root, time: 1, devices: 0, stateRoot: root, checkpoint };
    await commits.commit({ ...noRows, expected, head, entries, logTiles: tree.changedTiles() });
    tree.settle();
    expected = head;
    await tree.inclusionProof(first, size);
  };
}

function storedEntry(index: number) {
  const entry = nodeEntropy.bytes(entryLength);
  const none = new Uint8Array(0);
  return { index, type: entryTypes.station, time: 1, deviceId: null, entry, body: none, salt: none };
}

const noRows: Omit<CommitBatch, "expected" | "head" | "entries" | "logTiles"> = {
  devices: [],
  changes: [],
  stateTiles: [],
  revocations: [],
  authorities: [],
  operators: [],
  operatorChanges: [],
  births: [],
  products: [],
  listed: [],
  evidence: [],
  keptEvidence: [],
  incidents: [],
};

async function prepareRawAppending(): Promise<Operation> {
  const file = openSync(join(folder(), "raw"), "w");
  process.once("exit", () => closeSync(file));
  return () => {
    const bytes = new Uint8Array(entriesPerCommit * entryLength);
    for (let i = 0; i < entriesPerCommit; i++) {
      const entry = nodeEntropy.bytes(entryLength);
      hashTwice(entry);
      bytes.set(entry, i * entryLength);
    }
    writeSync(file, bytes);
    fdatasyncSync(file);
  };
}

/** What an entry costs at least: its leaf, and a node of the tree. */
function hashTwice(entry: Uint8Array): void {
  hash("sha256", entry, "buffer");
  hash("sha256", entry.subarray(0, 65), "buffer");
}

async function prepareAuditing(): Promise<Operation> {
  const stores = await openSqliteRegistry(join(folder(), "audited.sqlite"));
  const { signers, policy } = logKeys();
  await fill(stores, signers);
  const readFacts = bornFactsReader({ oids: oidsOf(arc), hash: nodeHash });
  const input = { stores, origin, policy, readFacts, verifier: nodeSignatureVerifier, hash: nodeHash };
  return async () => {
    const { problemCount, problems } = await auditLog(input);
    if (problemCount > 0) throw new Error(`the audit finds ${JSON.stringify(problems[0])}`);
  };
}

/** Real births, as many a commit as a loaded registrar has. */
async function fill(stores: RegistryStores, signers: ReturnType<typeof logKeys>["signers"]): Promise<void> {
  const mirror = { read: () => undefined, write: () => undefined };
  const ports = { entropy: nodeEntropy, hash: nodeHash };
  const sequencer = new Sequencer({ stores, mirror, origin, signers, ...ports });
  const operator = { id: "station-1", name: "bench", role: "station", products: ["bench-sensor"] } as const;
  const enrolled = { ...operator, tokenHash: nodeEntropy.bytes(32) };
  await sequencer.commit([{ type: "operator-enrolled", operator: enrolled, actor: "init" }], new Date());
  const next = await nursery();
  for (let made = 0; made < births; made += 100) {
    const events: BornEvent[] = [];
    for (let i = 0; i < 100; i++) events.push(await next(made + i));
    await sequencer.commit(events, new Date());
  }
}

async function nursery(): Promise<(number: number) => Promise<BornEvent>> {
  const { authority, profile, signer } = await openBenchAuthority();
  const principal = { id: "station-1", name: "bench", role: "station", products: ["bench-sensor"] } as const;
  const ports = { entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };
  return async (number) => {
    const serial = `BM-${number}`;
    const certificationRequest = await buildCertificationRequest({
      serial,
      signer: generateKey(algorithms.ES256).signer,
    });
    const request = { certificationRequest, model, serial, facility: "Bench Hall 1" };
    const known = { unitTag: nodeEntropy.bytes(32) };
    const prepared = await prepareBirth(request, known, { principal, profile, authority, at: new Date(), ...ports });
    if (prepared.kind !== "new") throw new Error("a birth that should be new is not");
    return signBirth(prepared, signer, nodeHash);
  };
}

async function prepareRawHashing(): Promise<Operation> {
  const entries = Array.from({ length: births }, () => nodeEntropy.bytes(entryLength));
  return () => entries.forEach(hashTwice);
}

async function prepareTree(): Promise<Operation> {
  const entries = Array.from({ length: births }, () => nodeEntropy.bytes(entryLength));
  return async () => {
    const tree = new TiledTree(0, { readTile: () => undefined }, nodeHash);
    for (const entry of entries) await tree.append(leafHash(entry, nodeHash));
    await tree.root();
  };
}

async function prepareBirthHashing(): Promise<Operation> {
  const parts = hashedLengths.map((length) => nodeEntropy.bytes(length));
  return () => {
    for (let i = 0; i < births; i++) for (const part of parts) nodeHash.sha256(part);
  };
}
