// SPDX-License-Identifier: Apache-2.0
// `bench -- size`: what a device takes, in bytes: births over HTTPS (`--rows`, 20,000 if absent) into SQLite and into
// PostgreSQL, then the databases, papers and lists that they made, measured. Without --json also the table of
// docs/scale.md that follows from it.

import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TemporaryPostgres } from "@natalis/registrar";
import { parseLogProof } from "natalis/formats";
import { buildCertificateList } from "natalis/issue";
import { fromBase64 } from "natalis/kernel";
import type { ReportBench } from "./bench.ts";
import { openBenchAuthority } from "./bench-authority.ts";
import { type BenchRegistrar, openBenchRegistrar } from "./bench-registrar.ts";
import { bearingOver } from "./bearing-over.ts";
import { connectTls } from "./connection.ts";
import { openBenchPostgres } from "./postgres.ts";
import { inputsTable, scaleTable, type ScaleInputs } from "./scale.ts";
import { bearingBatches, enrolStation } from "./station.ts";

const defaultBirths = 20_000;
const listedEntries = 1_000;
/** A hash in base64 and the end of its line (C2SP tlog-proof). */
const receiptHashBytes = 45;

export const sizeBench: ReportBench = {
  name: "size",
  connections: 4,
  async report({ connections, rows }) {
    const births = rows === 0 ? defaultBirths : rows;
    const sqlite = await measureSqlite(births, connections);
    const postgres = await measurePostgres(births, connections);
    return { name: "size", unit: "bytes", ...sqlite, ...postgres, ...(await measureLists()) };
  },
  describe: (report) => {
    const inputs = report as unknown as ScaleInputs;
    return `${inputsTable(inputs)}\n\n${scaleTable(inputs)}`;
  },
};

async function measureSqlite(births: number, connections: number) {
  const registrar = await openBenchRegistrar();
  try {
    const papers = await bear(registrar, births, connections);
    await registrar.stop();
    const path = join(registrar.folder, "registry.sqlite");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const { commits } = database.prepare("SELECT count(*) AS commits FROM checkpoints").get() as { commits: number };
    const { bytes } = database.prepare("SELECT avg(length(entry)) AS bytes FROM entries WHERE type = 0").get() as {
      bytes: number;
    };
    database.close();
    return {
      births,
      ...papers,
      stateEntryBytes: Math.round(bytes),
      birthsPerCommit: Math.round(births / commits),
      sqliteBytes: Math.round(statSync(path).size / births),
    };
  } finally {
    await registrar.close();
  }
}

async function measurePostgres(births: number, connections: number) {
  const server = await openBenchPostgres();
  try {
    const address = await server.newDatabase();
    const registrar = await openBenchRegistrar({ database: address });
    try {
      const name = new URL(address).pathname.slice(1);
      const before = await postgresBytes(server, name);
      const { birthsPerSecond } = await bear(registrar, births, connections);
      const after = await postgresBytes(server, name);
      return {
        postgresBytes: Math.round((after.stored - before.stored) / births),
        postgresWalBytes: Math.round((after.written - before.written) / births),
        postgresBirthsPerSecond: birthsPerSecond,
      };
    } finally {
      await registrar.close();
    }
  } finally {
    await server.close();
  }
}

/** Of the database, and of all that was ever written ahead. */
async function postgresBytes(server: TemporaryPostgres, name: string) {
  const sizes = "SELECT pg_database_size(current_database()) AS stored, pg_current_wal_lsn() - '0/0' AS written";
  const [row] = await server.query(sizes, name);
  return { stored: Number(row?.stored), written: Number(row?.written) };
}

async function bear(registrar: BenchRegistrar, births: number, connections: number) {
  const { host, ports, roots } = registrar;
  const [port = 0] = ports;
  const lines = await Promise.all(
    Array.from({ length: connections }, () => connectTls({ host, port, ca: [...roots] })),
  );
  try {
    let papers = {};
    const batches = bearingBatches(enrolStation(registrar));
    const begun = performance.now();
    await bearingOver(lines, {
      ...batches,
      check(answer) {
        batches.check(answer);
        papers = papersOf(answer.body.toString());
      },
    })(births);
    return { birthsPerSecond: Math.round((1000 * births) / (performance.now() - begun)), ...papers };
  } finally {
    for (const line of lines) line.close();
  }
}

/** Of the first birth that a batch's answer tells of. */
function papersOf(answer: string) {
  const [line = ""] = answer.split("\n", 1);
  const { birth } = JSON.parse(line) as { birth: Record<"certificate" | "record" | "entry" | "receipt", string> };
  const { proof, checkpoint } = parseLogProof(birth.receipt);
  return {
    certificateBytes: fromBase64(birth.certificate.replaceAll(/-----[A-Z ]+-----|\s/g, "")).length,
    recordBytes: fromBase64(birth.record).length,
    entryBytes: fromBase64(birth.entry).length,
    receiptFixedBytes: birth.receipt.length - receiptHashBytes * proof.length,
    receiptHashBytes,
    checkpointBytes: checkpoint.length,
    answerBytes: line.length,
  };
}

/** Of revocation lists: an empty one, and what each entry adds. */
async function measureLists() {
  const { authority, signer } = await openBenchAuthority();
  const at = new Date("2026-03-01T00:00:00Z");
  const nextUpdate = new Date("2026-03-02T00:00:00Z");
  const lengthOf = async (entries: number) => {
    const revoked = Array.from({ length: entries }, (_, i) => ({
      serialNumber: serialOf(i),
      revocationDate: at,
      reason: 1,
    }));
    const list = { authority, shard: 0, number: at.getTime(), thisUpdate: at, nextUpdate, revoked, signer };
    return (await buildCertificateList(list)).length;
  };
  const empty = await lengthOf(0);
  return { crlFixedBytes: empty, crlEntryBytes: Math.round(((await lengthOf(listedEntries)) - empty) / listedEntries) };
}

/** 16 octets as an authority makes them, of shard 0. */
function serialOf(number: number): Uint8Array {
  const serial = new Uint8Array(16).fill(0x55);
  new DataView(serial.buffer).setUint32(4, number);
  serial[15] = 0;
  return serial;
}
