// SPDX-License-Identifier: Apache-2.0
// What a server must be like and how it lets Natalis in: durability, encoding, TLS, passwords.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { freePort } from "../../cli/ports.ts";
import { PostgresDatabase } from "./database.ts";
import { openPostgresRegistry, parsePostgresAddress } from "./index.ts";
import { openTemporaryPostgres, type TemporaryPostgres } from "./temporary-server.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-server-"));
const [certificate, key] = [join(folder, "server.crt"), join(folder, "server.key")];
const word = "correct-horse";
let port: number;
let server: TemporaryPostgres;

before(async () => {
  port = await freePort("127.0.0.1", 0);
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const how = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", [...how, ...names, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  server = await openTemporaryPostgres({
    port,
    settings: ["ssl = on"],
    access: [
      "hostssl tls all 127.0.0.1/32 trust",
      "host tls all 127.0.0.1/32 reject",
      "host all teller all scram-sha-256",
    ],
    files: { "server.crt": readFileSync(certificate, "utf8"), "server.key": readFileSync(key, "utf8") },
  });
  await server.query("CREATE DATABASE tls");
  await server.query(`CREATE ROLE teller LOGIN PASSWORD '${word}'`);
  await server.query("CREATE DATABASE told OWNER teller");
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function opens(address: string): Promise<void> {
  await (await openPostgresRegistry(parsePostgresAddress(address))).close();
}

async function shows(address: string, setting: string): Promise<string> {
  const database = new PostgresDatabase(parsePostgresAddress(address));
  const { rows } = await database.run({ text: `SELECT current_setting('${setting}') AS it` });
  await database.close();
  return String(rows[0]?.it);
}

test("a session is durable whatever its role's default is, and waits for nothing without end", async () => {
  const address = await server.newDatabase();
  await server.query("ALTER ROLE postgres SET synchronous_commit = off");
  assert.equal(await shows(address, "synchronous_commit"), "on");
  await server.query("ALTER ROLE postgres SET synchronous_commit = remote_apply");
  assert.equal(await shows(address, "synchronous_commit"), "remote_apply");
  await server.query("ALTER ROLE postgres RESET synchronous_commit");
  for (const limit of ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
    assert.match(await shows(address, limit), /^\d+m?s$/);
  assert.equal(await shows(address, "application_name"), "natalis");
});

test("a server that may lose what it confirmed is refused", async () => {
  const address = await server.newDatabase();
  for (const setting of ["fsync", "full_page_writes"]) {
    await configure(`ALTER SYSTEM SET ${setting} = off`, setting, "off");
    await assert.rejects(opens(address), { code: "NAT_POSTGRES_SERVER" });
    await configure(`ALTER SYSTEM SET ${setting} = on`, setting, "on");
  }
  await opens(address);
});

/** A changed file is read by the server when it gets to it. */
async function configure(statement: string, setting: string, due: string): Promise<void> {
  await server.query(statement);
  await server.query("SELECT pg_reload_conf()");
  while ((await server.query(`SELECT current_setting('${setting}') AS it`))[0]?.it !== due);
}

test("a database of another encoding is refused", async () => {
  await server.query("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0");
  await assert.rejects(opens(server.address("ascii")), { code: "NAT_POSTGRES_SERVER" });
});

test("TLS is verified: by a root that was given, against the name", async () => {
  const root = `sslmode=verify-full&sslrootcert=${certificate}`;
  await opens(`postgres://postgres@localhost:${port}/tls?${root}`);
  for (const address of [
    `postgres://postgres@localhost:${port}/tls?sslmode=verify-full`,
    `postgres://postgres@127.0.0.1:${port}/tls?${root}`,
    `postgres://postgres@localhost:${port}/tls`,
  ])
    await assert.rejects(opens(address), { code: "NAT_POSTGRES_REFUSED" }, address);
});

test("TLS that the server does not speak is not done without", async () => {
  const plain = await openTemporaryPostgres({ port: await freePort("127.0.0.1", 0) });
  try {
    const address = `${plain.address("postgres")}?sslmode=verify-full`;
    await assert.rejects(opens(address), { code: "NAT_POSTGRES_REFUSED" });
  } finally {
    await plain.close();
  }
});

test("a password lets in, a wrong or absent one does not, and none is repeated", async () => {
  await opens(`postgres://teller:${word}@127.0.0.1:${port}/told`);
  const attempts = [`teller:wrong-${word}`, "teller"].map((user) => `postgres://${user}@127.0.0.1:${port}/told`);
  for (const address of attempts) await assert.rejects(opens(address), isMute("NAT_POSTGRES_REFUSED"));
  const gone = await freePort("127.0.0.1", 0);
  const nobody = new PostgresDatabase(parsePostgresAddress(`postgres://teller:${word}@127.0.0.1:${gone}/told`));
  await assert.rejects(nobody.once({ text: "SELECT 1" }), isMute("NAT_POSTGRES_UNREACHABLE"));
  await nobody.close();
});

function isMute(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.equal((error as { code: string }).code, code);
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(word));
    return true;
  };
}

test("a database that is not there is refused", async () => {
  await assert.rejects(opens(server.address("nowhere")), { code: "NAT_POSTGRES_REFUSED" });
});

test("a role that may make no tables is told so", async () => {
  await server.query("CREATE ROLE reader LOGIN");
  const address = await server.newDatabase();
  await assert.rejects(opens(address.replace("postgres@", "reader@")), { code: "NAT_POSTGRES_FAILED" });
});
