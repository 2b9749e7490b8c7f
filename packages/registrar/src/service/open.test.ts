// SPDX-License-Identifier: Apache-2.0
// Making a registrar and opening it again, on a real disk: whole or not at all, and only where everything fits.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  parseCertificate,
  parseCertificateList,
  parseSubjectAltName,
  parsePem,
  findExtension,
  oids,
} from "natalis/formats";
import { shardOf } from "natalis/issue";
import { dataFolder } from "./data-folder.ts";
import { type InitInput, initRegistrar } from "./init.ts";
import { openRegistrar } from "./open.ts";
import { certifyServer } from "./server-certificate.ts";
import { parseSettings } from "./settings.ts";

const root = mkdtempSync(join(tmpdir(), "natalis-open-"));
after(() => rmSync(root, { recursive: true }));

const settings = parseSettings({
  origin: "registry.example/births",
  publicUrl: "http://pki.example",
  arc: "1.3.6.1.4.1.32473",
  maker: "Example Makers",
});
const made = dataFolder(join(root, "made"));

before(async () => {
  await initRegistrar(inputFor("made"));
});

function inputFor(name: string, changes: Partial<InitInput> = {}): InitInput {
  return { folder: join(root, name), settings, product: "sensor", ...changes };
}

let count = 0;
function copy() {
  const folder = dataFolder(join(root, `copy-${count++}`));
  cpSync(made.path, folder.path, { recursive: true });
  return folder;
}

test("what is secret is its owner's only", () => {
  assert.equal(statSync(made.path).mode & 0o777, 0o700);
  for (const path of [made.rootKey, made.registrarKeys, made.passphrase, made.adminToken, made.database])
    assert.equal(statSync(path).mode & 0o777, 0o600, path);
});

test("a folder with anything in it, a file, and one that was made meanwhile are left alone", async () => {
  mkdirSync(join(root, "full"));
  writeFileSync(join(root, "full", "note"), "mine");
  writeFileSync(join(root, "file"), "mine");
  await assert.rejects(initRegistrar(inputFor("full")), { code: "NAT_SERVICE_CONFLICT" });
  await assert.rejects(initRegistrar(inputFor("file")), { code: "NAT_SERVICE_DATA" });
  // An empty folder that is there already is used.
  mkdirSync(join(root, "raced"));
  const both = await Promise.allSettled([initRegistrar(inputFor("raced")), initRegistrar(inputFor("raced"))]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  const opened = await openRegistrar(join(root, "raced"), undefined);
  await opened.registrar.close();
  assert.deepEqual(
    readdirSync(root).filter((name) => name.endsWith(".new")),
    [],
  );
});

test("an init that fails leaves nothing", async () => {
  const before = readdirSync(root);
  await assert.rejects(initRegistrar(inputFor("evil", { product: "../evil" })), { code: "NAT_ISSUE_PROFILE" });
  const padded = { ...settings, maker: " x" };
  await assert.rejects(initRegistrar(inputFor("evil", { settings: padded })), { code: "NAT_ISSUE_PROFILE" });
  assert.deepEqual(readdirSync(root), before);
});

test("a registrar opens, is ready, and has its root's list", async () => {
  const opened = await openRegistrar(copy().path, undefined);
  try {
    assert.ok(opened.registrar.isReady());
    assert.match(opened.warnings.join("\n"), /passphrase lies beside.*not in hardware/s);
    const row = await opened.registrar.stores.authorities.latestAuthority("root");
    const shard = shardOf(opened.authority.certificate.serialNumber);
    const list = await opened.registrar.revocationLists.current(row?.keyId ?? "", shard);
    assert.deepEqual(parseCertificateList(list).revoked, []);
    assert.equal(await opened.renewRootCrl(), false);
  } finally {
    await opened.registrar.close();
  }
  assert.ok(!opened.registrar.isReady());
});

test("it runs without the root's key", async () => {
  const folder = copy();
  rmSync(folder.rootKey);
  const { registrar, warnings } = await openRegistrar(folder.path, undefined);
  await registrar.close();
  assert.doesNotMatch(warnings.join(), /root/);
});

test("a missing trust file, or keys of another registrar, stop the start", async () => {
  const folder = copy();
  const foreign = dataFolder(join(root, "raced"));
  for (const name of ["registrarKeys", "passphrase"] as const) cpSync(foreign[name], folder[name]);
  await assert.rejects(openRegistrar(folder.path, undefined), { code: "NAT_SERVICE_DATA" });
  const other = copy();
  rmSync(other.trust);
  await assert.rejects(openRegistrar(other.path, undefined), { code: "NAT_SERVICE_DATA" });
});

test("the server's certificate names its hosts, and stands in the log", async () => {
  const opened = await openRegistrar(copy().path, undefined);
  try {
    const { cert } = await certifyServer(opened, ["127.0.0.1", "[::1]", "LOCALHOST", "localhost"]);
    const [leaf = new Uint8Array(0)] = parsePem(cert, "CERTIFICATE");
    const names = findExtension(parseCertificate(leaf), oids.subjectAltName);
    assert.deepEqual(
      parseSubjectAltName(names?.value ?? leaf).map(({ kind }) => kind),
      ["ip", "ip", "dns"],
    );
    const entered = await opened.registrar.stores.authorities.latestAuthority("server");
    assert.deepEqual(entered?.certificate, leaf);
  } finally {
    await opened.registrar.close();
  }
});
