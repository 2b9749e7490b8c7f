// SPDX-License-Identifier: Apache-2.0
// A whole commit as one statement, so that the head's row is locked for the time of one round trip and no process can
// die between its first change and its last. The update of the head compares and swaps; every other part happens only
// where it found the expected head. Only the parts that a batch has are there: each shape is prepared once a session.

import type { CommitBatch, RevocationChange } from "natalis/registry";
import { deviceColumns, deviceValues } from "../sql/device-row.ts";
import { operatorColumns, operatorValues } from "../sql/operator-row.ts";
import type { SqlValue } from "../sql/queries.ts";
import { tileNumber } from "../sql/tile-number.ts";
import { bytesArray, integerArray, textArray } from "./arrays.ts";
import { foldedRows } from "./folded-rows.ts";
import type { Statement } from "./runner.ts";

export interface PreparedCommit {
  readonly statement: Statement;
  readonly values: readonly SqlValue[];
}

type ColumnType = "bytea" | "int8" | "text";

/** A parameter of its own for each column: the values of all rows. */
interface Columns {
  readonly names: readonly string[];
  readonly types: readonly ColumnType[];
  readonly rows: readonly (readonly SqlValue[])[];
}

class CommitStatement {
  readonly #values: SqlValue[] = [];
  readonly #parts: string[] = [];
  readonly #requirements: string[] = [];
  #shape = "";

  bind(value: SqlValue): string {
    return `$${this.#values.push(value)}`;
  }

  /** `FROM rows(…)` of the columns' values. */
  rows({ names, types, rows }: Columns): string {
    const parameters = types.map((type, i) => `${this.bind(arrayOf(type, rows, i))}::${type}[]`);
    return `unnest(${parameters.join(", ")}) AS rows(${names.join(", ")})`;
  }

  /** The name of a part also tells the shape, unless a letter for that is given. */
  add(name: string, sql: string, shape = name): void {
    this.#shape += shape;
    this.#parts.push(`${name} AS (${sql})`);
  }

  /** The parts (a letter each) must have changed that many rows together, or the commit is refused as `what`. */
  require(names: string, count: number, what: "device" | "operator" | "quota" | "product" | "expected"): void {
    const due = `${this.bind(count)}::int8 * (SELECT count(*) FROM moved)`;
    const changed = Array.from(names, (name) => `(SELECT count(*) FROM ${name})`).join(" + ");
    this.#requirements.push(`natalis_require(${due}, ${changed}, '${what}')`);
  }

  /** Answers one row: whether the head moved. */
  end(): PreparedCommit {
    const columns = ["(SELECT count(*) FROM moved) AS moved", ...this.#requirements];
    const text = `WITH ${this.#parts.join(",\n")}\nSELECT ${columns.join(", ")}`;
    return { statement: { name: `commit ${this.#shape}`, text }, values: this.#values };
  }
}

const ifMoved = "EXISTS (SELECT FROM moved)";

export function commitStatement(batch: CommitBatch): PreparedCommit {
  const statement = new CommitStatement();
  addHead(statement, batch);
  addHistory(statement, batch);
  const { devices, changes, operators, operatorChanges, births } = foldedRows(batch);
  if (devices.length > 0) insert(statement, "d", "devices", deviceTable(devices.map(deviceValues)));
  if (operators.length > 0) insert(statement, "o", "operators", operatorTable(operators.map(operatorValues)));
  if (batch.authorities.length > 0) insert(statement, "a", "authorities", authorityColumns(batch));
  if (changes.length > 0) addDeviceChanges(statement, changes);
  if (operatorChanges.length > 0) addOperatorChanges(statement, operatorChanges);
  if (births.length > 0) addBirths(statement, births);
  if (batch.products.length > 0) addProducts(statement, batch.products);
  if (batch.listed.length > 0) addListed(statement, batch.listed);
  if (batch.evidence.length > 0) insert(statement, "v", "evidence", evidenceColumns(batch));
  if (batch.keptEvidence.length > 0) insert(statement, "k", "kept_evidence", keptColumns(batch));
  if (batch.incidents.length > 0) insert(statement, "i", "incidents", incidentColumns(batch));
  if (batch.revocations.length > 0) addRevocations(statement, batch.revocations);
  return statement.end();
}

function addHead(statement: CommitStatement, { expected, head }: CommitBatch): void {
  const { size, root, time, devices, stateRoot, checkpoint } = head;
  const [atSize, note] = [statement.bind(size), statement.bind(checkpoint)];
  const types = ["bytea", "int8", "int8", "bytea"];
  const rest = [root, time, devices, stateRoot].map((value, i) => `${statement.bind(value)}::${types[i]}`).join(", ");
  if (expected === undefined) {
    const row = `(1, ${atSize}::int8, ${note}::text, ${rest})`;
    const columns = "id, size, checkpoint, root, time, devices, state_root";
    const first = `INSERT INTO head (${columns}) VALUES ${row} ON CONFLICT (id) DO NOTHING RETURNING id`;
    statement.add("moved", first, "1");
  } else {
    const swap = `SET (size, checkpoint, root, time, devices, state_root) = ROW (${atSize}::int8, ${note}::text, ${rest})`;
    const compare = `size = ${statement.bind(expected.size)} AND root = ${statement.bind(expected.root)}`;
    statement.add("moved", `UPDATE head ${swap} WHERE id = 1 AND ${compare} RETURNING id`, "n");
  }
  statement.add("c", `INSERT INTO checkpoints (size, note) SELECT ${atSize}::int8, ${note}::text WHERE ${ifMoved}`);
}

function addHistory(statement: CommitStatement, { entries, logTiles, stateTiles }: CommitBatch): void {
  insert(statement, "e", "entries", {
    names: ["position", "type", "time", "device", "entry", "body", "salt"],
    types: ["int8", "int8", "int8", "bytea", "bytea", "bytea", "bytea"],
    rows: entries.map(({ index, type, time, deviceId, entry, body, salt }) => [
      index,
      type,
      time,
      deviceId,
      entry,
      body,
      salt,
    ]),
  });
  for (const [name, table, tiles] of [
    ["l", "log_tiles", logTiles],
    ["s", "state_tiles", stateTiles],
  ] as const) {
    if (tiles.length === 0) continue;
    const rows = tiles.map(({ id, bytes }) => [tileNumber(id), bytes]);
    const columns: Columns = { names: ["id", "bytes"], types: ["int8", "bytea"], rows };
    insert(statement, name, table, columns, "ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes");
  }
}

function insert(statement: CommitStatement, name: string, table: string, columns: Columns, conflict = ""): void {
  const from = `SELECT * FROM ${statement.rows(columns)} WHERE ${ifMoved}`;
  statement.add(name, `INSERT INTO ${table} (${columns.names.join(", ")}) ${from} ${conflict}`);
}

const deviceTypes: Partial<Record<(typeof deviceColumns)[number], ColumnType>> = {
  ordinal: "int8",
  custody: "int8",
  born_at: "int8",
  born_entry: "int8",
  since: "int8",
  last_entry: "int8",
  product: "text",
  maker: "text",
  model: "text",
  serial: "text",
  hardware_revision: "text",
  facility: "text",
  station: "text",
  state: "text",
};

function deviceTable(rows: SqlValue[][]): Columns {
  return { names: deviceColumns, types: deviceColumns.map((name) => deviceTypes[name] ?? "bytea"), rows };
}

const operatorTypes: Partial<Record<(typeof operatorColumns)[number], ColumnType>> = {
  not_before: "int8",
  not_after: "int8",
  token_hash: "bytea",
  certificate_hash: "bytea",
  quota: "int8",
  born: "int8",
  enrolled_entry: "int8",
  last_entry: "int8",
};

function operatorTable(rows: SqlValue[][]): Columns {
  return { names: operatorColumns, types: operatorColumns.map((name) => operatorTypes[name] ?? "text"), rows };
}

function authorityColumns({ authorities }: CommitBatch): Columns {
  return {
    names: ["entry", "kind", "key_id", "certificate", "certificate_hash"],
    types: ["int8", "text", "text", "bytea", "bytea"],
    rows: authorities.map((row) => [row.entry, row.kind, row.keyId, row.certificate, row.certificateHash]),
  };
}

function addDeviceChanges(statement: CommitStatement, changes: CommitBatch["changes"]): void {
  const rows = statement.rows({
    names: ["id", "state", "since", "last_entry"],
    types: ["bytea", "text", "int8", "int8"],
    rows: changes.map(({ id, state, since, lastEntry }) => [id, state, since, lastEntry]),
  });
  const set = "SET state = rows.state, since = rows.since, last_entry = rows.last_entry";
  statement.add("x", `UPDATE devices AS it ${set} FROM ${rows} WHERE it.id = rows.id AND ${ifMoved} RETURNING it.id`);
  statement.require("x", changes.length, "device");
}

function addOperatorChanges(statement: CommitStatement, changes: CommitBatch["operatorChanges"]): void {
  const rows = statement.rows({
    names: ["id", "state", "last_entry"],
    types: ["text", "text", "int8"],
    rows: changes.map(({ id, state, lastEntry }) => [id, state, lastEntry]),
  });
  const set = "SET state = rows.state, last_entry = rows.last_entry";
  statement.add("y", `UPDATE operators AS it ${set} FROM ${rows} WHERE it.id = rows.id AND ${ifMoved} RETURNING it.id`);
  statement.require("y", changes.length, "operator");
}

function addBirths(statement: CommitStatement, births: CommitBatch["births"]): void {
  const rows = statement.rows({
    names: ["id", "births"],
    types: ["text", "int8"],
    rows: births.map(({ operator, births: count }) => [operator, count]),
  });
  // The condition is part of the update: whatever else changed the row meanwhile, the sum stays within the quota.
  const within = "(it.quota IS NULL OR it.born + rows.births <= it.quota)";
  const update = `UPDATE operators AS it SET born = it.born + rows.births FROM ${rows}`;
  statement.add("b", `${update} WHERE it.id = rows.id AND ${within} AND ${ifMoved} RETURNING it.id`);
  statement.require("b", births.length, "quota");
}

function addProducts(statement: CommitStatement, products: CommitBatch["products"]): void {
  const unbounded = products.filter(({ quota }) => quota === undefined);
  if (unbounded.length > 0) {
    const names = ["product", "born", "expected", "expected_born"];
    const rows = unbounded.map(({ product, births, listed }) => [product, births, 0, listed]);
    const added = ["born", "expected_born"].map((name) => `${name} = products.${name} + excluded.${name}`);
    const conflict = `ON CONFLICT (product) DO UPDATE SET ${added.join(", ")}`;
    insert(statement, "p", "products", { names, types: ["text", "int8", "int8", "int8"], rows }, conflict);
  }
  const bounded = products.filter(({ quota }) => quota !== undefined);
  if (bounded.length > 0) addBounded(statement, bounded);
}

/** Those that were counted before, and those that were not; beyond its quota a product line is neither. */
function addBounded(statement: CommitStatement, products: CommitBatch["products"]): void {
  const from = statement.rows({
    names: ["product", "births", "listed", "quota"],
    types: ["text", "int8", "int8", "int8"],
    rows: products.map(({ product, births, listed, quota }) => [product, births, listed, quota ?? null]),
  });
  statement.add("bounded", `SELECT * FROM ${from} WHERE ${ifMoved}`, "");
  const set = "SET born = it.born + rows.births, expected_born = it.expected_born + rows.listed";
  const same = `it.product = rows.product AND it.born + rows.births <= rows.quota`;
  statement.add("g", `UPDATE products AS it ${set} FROM bounded AS rows WHERE ${same} RETURNING it.product`);
  const isNew = `NOT EXISTS (SELECT FROM products AS it WHERE it.product = rows.product) AND rows.births <= rows.quota`;
  const first = `SELECT product, births, 0, listed FROM bounded AS rows WHERE ${isNew}`;
  const columns = "product, born, expected, expected_born";
  statement.add("q", `INSERT INTO products (${columns}) ${first} ON CONFLICT DO NOTHING RETURNING product`, "");
  statement.require("gq", products.length, "product");
}

/** The condition is part of the update: a unit that is withdrawn or born meanwhile is not found. */
function addListed(statement: CommitStatement, listed: CommitBatch["listed"]): void {
  const rows = statement.rows({
    names: ["product", "serial", "model", "ordinal"],
    types: ["text", "text", "text", "int8"],
    rows: listed.map(({ product, serial, model, ordinal }) => [product, serial, model, ordinal]),
  });
  const same = "it.product = rows.product AND it.serial = rows.serial";
  const isLeft = "it.born IS NULL AND (it.model IS NULL OR it.model = rows.model)";
  const update = `UPDATE expected_units AS it SET born = rows.ordinal FROM ${rows}`;
  statement.add("t", `${update} WHERE ${same} AND ${isLeft} AND ${ifMoved} RETURNING it.serial`);
  statement.require("t", listed.length, "expected");
}

function evidenceColumns({ evidence }: CommitBatch): Columns {
  const rows = evidence.map(({ digest, ordinal }) => [digest, ordinal]);
  return { names: ["digest", "ordinal"], types: ["bytea", "int8"], rows };
}

function keptColumns({ keptEvidence }: CommitBatch): Columns {
  const rows = keptEvidence.map(({ ordinal, body }) => [ordinal, body]);
  return { names: ["ordinal", "body"], types: ["int8", "bytea"], rows };
}

function incidentColumns({ incidents }: CommitBatch): Columns {
  return {
    names: ["entry", "time", "station", "code", "key_hash", "unit_tag", "device", "unrecorded"],
    types: ["int8", "int8", "text", "text", "bytea", "bytea", "bytea", "int8"],
    rows: incidents.map((row) => [
      row.entry,
      row.time,
      row.station,
      row.code,
      row.keyHash,
      row.unitTag,
      row.deviceId ?? null,
      row.unrecorded,
    ]),
  };
}

function addRevocations(statement: CommitStatement, changes: readonly RevocationChange[]): void {
  const revoked = changes.flatMap((change) => (change.kind === "revoked" ? [change.row] : []));
  const lifted = changes.flatMap((change) => (change.kind === "lifted" ? [change] : []));
  if (revoked.length > 0) {
    const names = ["issuer", "shard", "serial", "reason", "revoked_at", "invalidity_date", "entry"];
    const replaced = names.slice(3).map((name) => `${name} = excluded.${name}`);
    const conflict = `ON CONFLICT (issuer, shard, serial) DO UPDATE SET ${replaced.join(", ")}`;
    const rows = revoked.map((row) => [
      row.issuer,
      row.shard,
      row.serial,
      row.reason,
      row.revokedAt,
      row.invalidityDate ?? null,
      row.entry,
    ]);
    const types: ColumnType[] = ["text", "int8", "bytea", "int8", "int8", "int8", "int8"];
    insert(statement, "r", "revocations", { names, types, rows }, conflict);
  }
  if (lifted.length > 0) {
    const rows = lifted.map(({ issuer, shard, serial }) => [issuer, shard, serial]);
    const columns: Columns = { names: ["issuer", "shard", "serial"], types: ["text", "int8", "bytea"], rows };
    const same = "it.issuer = rows.issuer AND it.shard = rows.shard AND it.serial = rows.serial";
    statement.add("f", `DELETE FROM revocations AS it USING ${statement.rows(columns)} WHERE ${same} AND ${ifMoved}`);
  }
  addShards(statement, changes);
}

/** A statement changes a row once: of many changes of a shard the last one counts. */
function addShards(statement: CommitStatement, changes: readonly RevocationChange[]): void {
  const last = new Map<string, SqlValue[]>();
  for (const change of changes) {
    const { issuer, shard, entry } = change.kind === "revoked" ? change.row : change;
    last.set(`${issuer} ${shard}`, [issuer, shard, entry]);
  }
  const names = ["issuer", "shard", "changed_by"];
  const columns: Columns = { names, types: ["text", "int8", "int8"], rows: [...last.values()] };
  insert(
    statement,
    "h",
    "shards",
    columns,
    "ON CONFLICT (issuer, shard) DO UPDATE SET changed_by = excluded.changed_by",
  );
}

function arrayOf(type: ColumnType, rows: readonly (readonly SqlValue[])[], column: number): Buffer {
  const values = rows.map((row) => row[column] ?? null);
  if (type === "bytea") return bytesArray(values as (Uint8Array | null)[]);
  return type === "text" ? textArray(values as (string | null)[]) : integerArray(values as (number | null)[]);
}
