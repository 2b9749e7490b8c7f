// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, type Certificate } from "natalis/formats";
import { parseTrustFile } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { parseSettings } from "./settings.ts";
import { type LogKeys, readTrustFile, trustFileText } from "./trust.ts";
import { openUnsafeTestRegistry } from "./unsafe-test-registry.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-trust-"));
const path = join(folder, "trust.json");
after(() => rmSync(folder, { recursive: true }));

const arc = "1.3.6.1.4.1.32473";
const settings = parseSettings({ origin: "a.example/births", publicUrl: "http://pki.example", arc, maker: "M" });
const [keys, otherKeys] = [makeLogKeys(), makeLogKeys()];
let root: Certificate;
let otherRoot: Certificate;

before(async () => {
  root = (await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores)).root.certificate;
  otherRoot = (await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores)).root.certificate;
});

function makeLogKeys(): LogKeys {
  return { logEd25519: generateKey(algorithms.EdDSA).signer, logP256: generateKey(algorithms.ES256).signer };
}

function read(content: string): Promise<string> {
  writeFileSync(path, content);
  return readTrustFile(path, settings, keys, root);
}

test("what init writes, a start accepts, with further roots and logs too", async () => {
  const text = trustFileText(settings, keys, root);
  assert.equal(await read(text), text);
  const more = JSON.parse(text) as { roots: string[]; log: string };
  const other = JSON.parse(trustFileText(settings, otherKeys, otherRoot)) as typeof more;
  const log = `${more.log.replace("quorum none\n", "")}${other.log}`;
  assert.equal(
    parseTrustFile(await read(JSON.stringify({ ...more, roots: [...other.roots, ...more.roots], log }))).roots.length,
    2,
  );
});

test("a file that speaks of another root, arc, log name or log key stops the start", async () => {
  const wrong = [
    trustFileText(settings, keys, otherRoot),
    trustFileText(settings, otherKeys, root),
    trustFileText(settings, { ...keys, logP256: otherKeys.logP256 }, root),
    trustFileText({ ...settings, arc: "1.3.6.1.4.1.1" }, keys, root),
    trustFileText({ ...settings, origin: "b.example/births" }, keys, root),
  ];
  for (const content of wrong) await assert.rejects(read(content), { code: "NAT_SERVICE_DATA" });
});

test("so does one that is no trust file, huge or not there", async () => {
  for (const content of ["", "{", "[]", "{}"]) await assert.rejects(read(content), { code: "NAT_REGISTRY_TRUST_FILE" });
  truncateSync(path, 2 ** 40);
  await assert.rejects(readTrustFile(path, settings, keys, root), { code: "NAT_SERVICE_DATA" });
  rmSync(path);
  await assert.rejects(readTrustFile(path, settings, keys, root), { code: "NAT_SERVICE_DATA" });
});
