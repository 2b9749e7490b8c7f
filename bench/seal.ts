// SPDX-License-Identifier: Apache-2.0
// `bench -- seal`: records verified a second, in sealed batches of 64 whose leaves are recomputed from the records, as
// a consumer of data does. The limit of one batch is one P-256 verification and 64 leaf and 63 node hashes by
// node:crypto, inputs and outputs being bytes in memory. Beside it: records sealed a second, the state kept in memory.

import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { Sealer, type SealStateStore } from "natalis/device";
import { algorithms, parseCertificate, parseSign1, signatureFromCose, signedBytes } from "natalis/formats";
import { newSerial, prepareCertificate, signPrepared } from "natalis/issue";
import { newUuid, type Signer } from "natalis/kernel";
import {
  type DataRecord,
  encodeRecord,
  leavesOfRecords,
  type SealingCertificate,
  sealingCertificate,
  verifySeal,
} from "natalis/trust";
import type { Bench, Operation } from "./bench.ts";
import { arc, bornAt, model, openBenchAuthority } from "./bench-authority.ts";
import { inTurn } from "./in-turn.ts";

const batchSize = 64;
/** Several thousand records, so that their leaves are not in the processor's first caches. */
const batchCount = 256;

export const sealBench: Bench = {
  name: "seal",
  unit: "records",
  unitsPerOperation: batchSize,
  budget: 0.6,
  contenders: [
    { name: "seal", role: "work", prepare: prepareVerifying },
    { name: "limit", role: "limit", prepare: prepareRawVerifying },
    { name: "sealing", role: "beside", prepare: prepareSealing },
  ],
};

/** What the device has seen of the log; seals carry it. */
const checkpoint = { size: 1_000_000, root: new Uint8Array(32).fill(7) };

async function prepareVerifying(): Promise<Operation> {
  const { sealedBy, batches } = await sealEverything();
  const next = inTurn(batches);
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  return () => {
    const { records, seal } = next();
    return verifySeal({ seal, sealedBy, ...ports, leaves: leavesOfRecords(records, nodeHash) });
  };
}

async function prepareSealing(): Promise<Operation> {
  const { sealer, batches } = await sealEverything();
  const next = inTurn(batches);
  return () => sealer.seal(next().records, checkpoint);
}

interface SealedBatch {
  readonly records: readonly DataRecord[];
  readonly seal: Uint8Array;
}

interface SealedData {
  readonly sealer: Sealer;
  readonly sealedBy: SealingCertificate;
  readonly batches: readonly SealedBatch[];
}

async function sealEverything(): Promise<SealedData> {
  const { signer } = generateKey(algorithms.ES256);
  const certificate = await certify(signer);
  const sealer = await openSealer(signer, certificate);
  const batches: SealedBatch[] = [];
  for (const records of batchesOfReadings()) {
    const { seal } = await sealer.seal(records, checkpoint);
    batches.push({ records, seal });
  }
  return { sealer, sealedBy: sealingCertificate(parseCertificate(certificate), arc, nodeHash), batches };
}

interface RawBatch {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** 0x00 and a record each. */
  readonly leaves: readonly Uint8Array[];
}

async function prepareRawVerifying(): Promise<Operation> {
  const { sealedBy, batches } = await sealEverything();
  const publicKey = Buffer.from(sealedBy.certificate.publicKey);
  const key = createPublicKey({ key: publicKey, format: "der", type: "spki" });
  const next = inTurn(batches.map(rawBatchOf));
  return () => verifyRaw(next(), key);
}

function rawBatchOf({ records, seal }: SealedBatch): RawBatch {
  const sign1 = parseSign1(seal);
  return {
    signed: signedBytes(sign1),
    signature: signatureFromCose(algorithms.ES256, sign1.signature),
    leaves: records.map((record) => Uint8Array.of(0x00, ...encodeRecord(record))),
  };
}

const node = new Uint8Array(65).fill(0x01);
const digests = Buffer.alloc(32 * batchSize);

function verifyRaw({ signed, signature, leaves }: RawBatch, key: KeyObject): void {
  if (!verify("sha256", signed, key, signature)) throw new Error("a signature that should verify does not");
  for (const [index, leaf] of leaves.entries()) putDigest(leaf, index);
  for (let index = 1; index < batchSize; index++) putDigest(node, index);
}

/** The fastest way to a digest's bytes in Node: as a string of one byte a character. */
function putDigest(data: Uint8Array, index: number): void {
  digests.write(hash("sha256", data, "binary"), 32 * index, 32, "binary");
}

/** A temperature every five minutes, as real data sets have them. */
function batchesOfReadings(): DataRecord[][] {
  return Array.from({ length: batchCount }, (_, batch) =>
    Array.from({ length: batchSize }, (_unused, row) => readingAt(batch * batchSize + row)),
  );
}

function readingAt(index: number): DataRecord {
  const time = bornAt.getTime() * 1000 + index * 300_000_000;
  return { time, name: "machine:temperature", unit: "Cel", value: 70 + 20 * Math.sin(index / 500) };
}

async function certify(signer: Signer): Promise<Uint8Array> {
  const { authority, profile, signer: issuer } = await openBenchAuthority();
  const facts = {
    serialNumber: newSerial(nodeEntropy),
    deviceId: newUuid(bornAt, nodeEntropy),
    model,
    serial: "BM-000001",
    publicKey: signer.publicKey,
    custody: 0,
    recordHash: nodeEntropy.bytes(32),
    bornAt,
  };
  return signPrepared(prepareCertificate({ authority, profile, facts }), issuer);
}

function openSealer(signer: Signer, certificate: Uint8Array): Promise<Sealer> {
  return Sealer.open({ signer, certificate, chain: [], arc, store: memoryStore(), hash: nodeHash });
}

function memoryStore(): SealStateStore {
  let kept: Uint8Array | undefined;
  return {
    load: () => kept,
    save: (state) => {
      kept = state;
    },
  };
}
