// SPDX-License-Identifier: Apache-2.0
// A process of `bench -- postgres`: writes batches of births, by a sequencer or bare, for the time that each message
// says, and answers with the slice. Its words: how, where, and which of several it is.

import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { openPostgresRegistry, parsePostgresAddress } from "@natalis/registrar";
import { algorithms, noteSigner } from "natalis/formats";
import { type BornEvent, Sequencer } from "natalis/registry";
import { enrolment, madeUpBirth, testOrigin, testStation } from "natalis/testing";
import pg from "pg";
import type { Operation } from "./bench.ts";
import { nodeInstruments } from "./instruments.ts";
import { batchSize } from "./writers.ts";
import { runSlice } from "./slice.ts";

const [kind = "", address = "", place = "0"] = process.argv.slice(2);
/** Numbers of births, none of them another writer's. */
let next = Number(place) * 1_000_000_000;

/** Types of the tables' columns, in their order. */
const entryColumns = "int8 int8 int8 bytea bytea bytea bytea".split(" ");
const namedColumns = "int8 bytea text text text text text text text int8";
const deviceColumns = `${namedColumns} bytea bytea bytea bytea bytea bytea int8 int8 text int8 int8 bytea`.split(" ");

const operate = kind === "bare" ? await prepareBare() : await prepareSequencer();
const instruments = nodeInstruments();
process.on("message", (milliseconds: number) => {
  void runSlice(operate, milliseconds, instruments).then((slice) => process.send?.(slice));
});
process.send?.("prepared");

function nextBatch(): BornEvent[] {
  return Array.from({ length: batchSize }, () => madeUpBirth(next++));
}

async function prepareSequencer(): Promise<Operation> {
  const stores = await openPostgresRegistry(parsePostgresAddress(address));
  const signers = [algorithms.EdDSA, algorithms.ES256].map((algorithm) =>
    noteSigner(testOrigin, generateKey(algorithm).signer, nodeHash),
  );
  const mirror = { read: () => undefined, write: () => undefined };
  const context = { stores, mirror, origin: testOrigin, signers, entropy: nodeEntropy, hash: nodeHash };
  const sequencer = new Sequencer(context);
  if (place === "0") await sequencer.commit([enrolment(testStation)], new Date());
  return async () => {
    const { outcomes } = await sequencer.commit(nextBatch(), new Date());
    for (const outcome of outcomes) if (outcome.kind === "refused") throw outcome.error;
  };
}

/** The rows that a batch of births makes, in the order of the tables' columns, by one connection that does nothing else. */
async function prepareBare(): Promise<Operation> {
  // Its tables, and nothing of its head.
  if (place === "0") await (await openPostgresRegistry(parsePostgresAddress(address))).close();
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const entries = unnest(1, entryColumns);
  const devices = unnest(1 + entryColumns.length, deviceColumns);
  const text = `WITH e AS (INSERT INTO entries SELECT * FROM ${entries}) INSERT INTO devices SELECT * FROM ${devices}`;
  return async () => {
    const first = next;
    const births = nextBatch();
    const values = [
      ...columnsOf(
        births.map((birth, i) => entryRow(birth, first + i)),
        entryColumns,
      ),
      ...columnsOf(
        births.map((birth, i) => deviceRow(birth, first + i)),
        deviceColumns,
      ),
    ];
    await client.query({ name: "bare", text, values });
  };
}

type Value = number | string | Uint8Array | null;

function entryRow({ device, record, certificate }: BornEvent, number: number): Value[] {
  const entry = new Uint8Array(180).fill(number);
  return [number, 1, 1_790_000_000_000, device.id, entry, Buffer.concat([record, certificate]), device.id];
}

function deviceRow({ device }: BornEvent, number: number): Value[] {
  const { id, product, maker, model, serial, facility, station, custody, keyHash, unitTag, factsHash } = device;
  const names = [product, maker, model, serial, null, facility, station, custody];
  const hashes = [keyHash, unitTag, factsHash, device.certificateSerial, device.certificateHash, id];
  return [number, id, ...names, ...hashes, device.bornAt, number, "active", 1_790_000_000_000, number, keyHash];
}

function unnest(first: number, types: readonly string[]): string {
  return `unnest(${types.map((type, i) => `$${first + i}::${type}[]`).join(", ")})`;
}

function columnsOf(rows: readonly Value[][], types: readonly string[]): Buffer[] {
  return types.map((type, column) => {
    const values = rows.map((row) => bytesOf(row[column] ?? null));
    const [length, item] = [Buffer.alloc(20), (bytes: Buffer | null) => [sizeOf(bytes), bytes ?? Buffer.alloc(0)]];
    const oid = { int8: 20, text: 25, bytea: 17 }[type] ?? 0;
    for (const [i, word] of [1, values.includes(null) ? 1 : 0, oid, values.length, 1].entries())
      length.writeInt32BE(word, 4 * i);
    return Buffer.concat([length, ...values.flatMap(item)]);
  });
}

function bytesOf(value: Value): Buffer | null {
  if (value === null) return null;
  if (typeof value === "string") return Buffer.from(value);
  if (typeof value !== "number") return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function sizeOf(bytes: Buffer | null): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes?.length ?? -1);
  return size;
}
