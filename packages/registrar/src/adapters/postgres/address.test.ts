// SPDX-License-Identifier: Apache-2.0
// Addresses: what they say, what they leave to the environment, and that a password is repeated nowhere.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { isPostgresAddress, parsePostgresAddress } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-address-"));
after(() => rmSync(folder, { recursive: true }));
const ca = join(folder, "ca.pem");
writeFileSync(ca, "a root");

const base = { host: "localhost", port: 5432, database: "births", ssl: false };

test("an address says what it says, and no more", () => {
  const cases: readonly (readonly [string, object])[] = [
    ["postgres:///births", base],
    ["POSTGRESQL://localhost/births", base],
    ["postgres://me@localhost:6000/births", { ...base, port: 6000, user: "me" }],
    ["postgres://me:p%40ss%2F@127.0.0.1/births", { ...base, host: "127.0.0.1", user: "me", password: "p@ss/" }],
    ["postgres://[::1]/births", { ...base, host: "::1" }],
    ["postgres:///births?host=/run/postgresql", { ...base, host: "/run/postgresql" }],
    ["postgres://%2Frun%2Fpostgresql/births", { ...base, host: "/run/postgresql" }],
    ["postgres:///ge%20burten", { ...base, database: "ge burten" }],
  ];
  for (const [text, expected] of cases) {
    const { shown: _, ...found } = parsePostgresAddress(text);
    assert.deepEqual(found, expected, text);
    assert.ok(isPostgresAddress(text));
  }
});

test("over a network TLS is verified unless the address says disable", () => {
  const cases: readonly (readonly [string, object | false])[] = [
    ["postgres://db.example/births", {}],
    ["postgres://192.0.2.1/births", {}],
    ["postgres://127.0.0.1.example/births", {}],
    ["postgres://db.example/births?sslmode=require", {}],
    ["postgres://db.example/births?sslmode=verify-ca", {}],
    [`postgres://db.example/births?sslmode=verify-full&sslrootcert=${ca}`, { ca: "a root" }],
    ["postgres://db.example/births?sslmode=disable", false],
    ["postgres://localhost/births?sslmode=verify-full", {}],
    [`postgres://localhost/births?sslcert=${ca}&sslkey=${ca}`, { cert: "a root", key: "a root" }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parsePostgresAddress(text).ssl, expected, text);
});

test("what is not understood is refused, and not repeated", () => {
  for (const text of [
    "",
    "mysql://localhost/births",
    "postgres://",
    "postgres://localhost",
    "postgres://localhost/a/b",
    "postgres://me:hunter2@localhost:99999/births",
    "postgres://me:hunter2@local host/births",
    "postgres://me:hunter2@localhost/births?sslmode=prefer",
    "postgres://me:hunter2@localhost/births?sslmode=no-verify",
    "postgres://me:hunter2@localhost/births?options=-cfsync=off",
    "postgres://me:hunter2@localhost/births?hunter2=1",
    "postgres://me:hunter2@localhost/births?host=/run",
    "postgres://me:hunter2@localhost/births?sslrootcert=/nowhere/ca.pem",
    "postgres:///births?host=/run&sslmode=verify-full",
    "postgres://me:hunter2@localhost/b%E0irths",
  ])
    assert.throws(
      () => parsePostgresAddress(text),
      (error) => (error as { code: string }).code === "NAT_POSTGRES_ADDRESS" && !inspect(error).includes("hunter2"),
      text,
    );
});

test("what is shown and kept is the address without its password", () => {
  const { shown } = parsePostgresAddress("postgres://me:hunter2@db.example:6000/births?sslmode=verify-full");
  assert.equal(shown, "postgres://me@db.example:6000/births?sslmode=verify-full");
  assert.equal(parsePostgresAddress(shown).shown, shown);
});
