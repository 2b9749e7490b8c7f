// SPDX-License-Identifier: Apache-2.0
// Manifests from import to what a birth finds in them.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, afterEach, beforeEach, suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { algorithms } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { bindingValue, encodeChainStatement } from "natalis/protect";
import { authorityExtensions, type Forged, forgeCertificate, forgeManifestEntry, forgeToken } from "natalis/testing";
import { contextOf, evidenceVerifiers, type SharedEvidence, type SharedRoot } from "../pipeline/evidence.ts";
import { Manifests } from "./manifests.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-manifests-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
let path: string;
let manifests: Manifests;
const at = new Date("2026-11-24T12:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const maker = await forgeCertificate({ name: "maker", signer: key(), extensions: authorityExtensions() });
const stranger = await forgeCertificate({ name: "stranger", signer: key() });
const signers: SharedRoot = {
  name: "maker's manifests",
  format: "secure-element-manifest",
  certificate: maker.certificate.der,
  cap: 2,
  capLifted: false,
};
const shared = (): SharedEvidence => ({ roots: [signers], lists: [], endorsements: path });
const context = () => contextOf(shared());

beforeEach(() => {
  path = join(folder, `endorsements-${files++}.sqlite`);
  manifests = new Manifests(path, { now: () => at });
});
afterEach(() => manifests.close());

const jwk = ({ publicKey }: Pick<Signer, "publicKey">) =>
  createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }).export({ format: "jwk" });

function entryOf(uniqueId: string, keys: readonly Pick<Signer, "publicKey">[], by: Forged = maker) {
  return forgeManifestEntry(by, {
    version: 1,
    partNumber: "ATECC608B",
    manufacturer: { organizationName: "Example Chips" },
    uniqueId,
    publicKeySet: { keys: keys.map((one, i) => ({ kid: String(i), ...jwk(one) })) },
  });
}

const manifestOf = async (...entries: readonly Promise<unknown>[]) => JSON.stringify(await Promise.all(entries));

/** What the statements of the one format prove for a key, bound to a nonce of its own. */
async function proven(signer: Signer, known = shared(), certificates: readonly Uint8Array[] = []) {
  const { publicKey } = signer;
  const binding = { publicKey, nonce: nodeEntropy.bytes(32), factsHash: nodeEntropy.bytes(32) };
  const signature = await signer.sign(bindingValue(binding, nodeHash) as Uint8Array);
  const verifier = evidenceVerifiers(known).find(({ format }) => format === "vendor-idevid");
  return verifier?.verify(encodeChainStatement({ certificates, signature }), binding, at);
}

suite("an import", () => {
  test("is verified, kept, listed page by page, and found by key and by unique id", async () => {
    const elements = Array.from({ length: 3 }, () => key());
    const entries = elements.map((one, i) => entryOf(`0${i}AB`, i === 2 ? [one, key()] : [one]));
    const row = await manifests.take("reel 7", await manifestOf(...entries), context());
    assert.deepEqual(row, { name: "reel 7", importedAt: at, elements: 3 });
    await manifests.take("reel 8", "[]", context());
    assert.deepEqual(manifests.list(), [row, { name: "reel 8", importedAt: at, elements: 0 }]);
    assert.deepEqual(manifests.list("", 1), [row]);
    assert.deepEqual(
      manifests.list("reel 7").map(({ name }) => name),
      ["reel 8"],
    );
    assert.deepEqual(manifests.elements("reel 7", "00ab", 1), [{ uniqueId: "01ab", keys: 1 }]);
    assert.deepEqual(manifests.elements("reel 7", "01ab"), [{ uniqueId: "02ab", keys: 2 }]);
    assert.equal(statSync(path).mode & 0o077, 0);
    const found = await proven(elements[2] as Signer);
    assert.deepEqual([found?.custody, found?.root?.name], [2, "maker's manifests"]);
    assert.deepEqual(found?.hardware, { manufacturer: "Example Chips", model: "ATECC608B" });
    assert.deepEqual(found?.details, [
      ["endorsed element", "02ab"],
      ["slot", "0"],
    ]);
  });

  const refusals: readonly (readonly [what: string, code: string, text: () => Promise<string>, name?: string])[] = [
    [
      "one entry by a stranger",
      "NAT_EVIDENCE_ROOT",
      () => manifestOf(entryOf("02", [key()]), entryOf("03", [], stranger)),
    ],
    [
      "an altered entry",
      "NAT_EVIDENCE_SIGNATURE",
      async () => JSON.stringify([{ ...(await entryOf("02", [])), signature: "AA" }]),
    ],
    ["no manifest", "NAT_EVIDENCE_MALFORMED", async () => "{}"],
    ["a name that is not to be seen", "NAT_SERVICE_REQUEST", async () => "[]", "reel\u00077"],
    ["the name of another", "NAT_SERVICE_CONFLICT", async () => "[]", "first"],
    ["an element that is there", "NAT_SERVICE_CONFLICT", () => manifestOf(entryOf("02", []), entryOf("01", []))],
    ["an element twice", "NAT_SERVICE_CONFLICT", () => manifestOf(entryOf("02", []), entryOf("02", []))],
    ["a key of another element", "NAT_SERVICE_CONFLICT", () => manifestOf(entryOf("02", []), entryOf("03", [taken]))],
  ];
  const taken = key();
  for (const [what, code, text, name = "second"] of refusals)
    test(`is refused whole: ${what}`, async () => {
      await manifests.take("first", await manifestOf(entryOf("01", [taken])), context());
      await assert.rejects(manifests.take(name, await text(), context()), { name: "NatalisError", code });
      assert.deepEqual(
        manifests.list().map((row) => [row.name, row.elements]),
        [["first", 1]],
      );
      const rows = new DatabaseSync(path);
      assert.equal(rows.prepare("SELECT count(*) AS count FROM elements").get()?.count, 1);
      rows.close();
    });

  test("is undone by its name", async () => {
    const element = key();
    await manifests.take("reel", await manifestOf(entryOf("01", [element])), context());
    assert.equal((await proven(element))?.custody, 2);
    manifests.remove("reel");
    assert.deepEqual(manifests.list(), []);
    await assert.rejects(proven(element), { code: "NAT_EVIDENCE_UNIT" });
    for (const ask of [() => manifests.remove("reel"), () => manifests.elements("reel")])
      assert.throws(ask, { code: "NAT_SERVICE_NOT_FOUND" });
    await manifests.take("reel", await manifestOf(entryOf("01", [element])), context());
  });
});

suite("what a birth finds", () => {
  test("is nothing where no manifest was ever imported, until one is", async () => {
    const element = key();
    const nowhere = join(folder, "later.sqlite");
    const known = { ...shared(), endorsements: nowhere };
    await assert.rejects(proven(element, known), { code: "NAT_EVIDENCE_UNIT" });
    const later = new Manifests(nowhere, { now: () => at });
    await later.take("reel", await manifestOf(entryOf("01", [element])), context());
    later.close();
    assert.equal((await proven(element, known))?.custody, 2);
  });

  test("is nothing by a signer that counts no more, and what its root may prove by one that does", async () => {
    const element = key();
    await manifests.take("reel", await manifestOf(entryOf("01", [element])), context());
    await assert.rejects(proven(element, { ...shared(), roots: [] }), { code: "NAT_EVIDENCE_UNIT" });
    const low = { ...signers, cap: 1 as const };
    assert.equal((await proven(element, { ...shared(), roots: [low] }))?.custody, 1);
  });

  test("is verified again: rows that were altered endorse nothing", async () => {
    const [element, thief] = [key(), key()];
    await manifests.take("reel", await manifestOf(entryOf("01", [element])), context());
    const rows = new DatabaseSync(path);
    // The thief's key for the element's entry, whose signature holds and is of another key.
    rows.prepare("UPDATE element_keys SET key_hash = ?").run(nodeHash.sha256(thief.publicKey));
    await assert.rejects(proven(thief), { code: "NAT_EVIDENCE_UNIT" });
    const forged = JSON.stringify({ ...(await entryOf("01", [thief], stranger)), signature: "AA" });
    rows.prepare("UPDATE elements SET entry = ?").run(forged);
    await assert.rejects(proven(thief), { code: "NAT_EVIDENCE_UNIT" });
    const own = { ...(await entryOf("01", [element])), signature: "AA" };
    rows.prepare("UPDATE elements SET entry = ?").run(JSON.stringify(own));
    await assert.rejects(proven(thief), { code: "NAT_EVIDENCE_SIGNATURE" });
    rows.close();
  });

  test("tells another element with the certificate of an endorsed one", async () => {
    const [endorsed, other] = [key(), key()];
    await manifests.take("reel", await manifestOf(entryOf("0123", [endorsed])), context());
    const leaf = await forgeCertificate({ name: "sn0123", issuer: maker, signer: other });
    const roots = [signers, { ...signers, format: "vendor-idevid", name: "factory" }];
    await assert.rejects(proven(other, { ...shared(), roots }, [leaf.certificate.der]), { code: "NAT_EVIDENCE_UNIT" });
  });

  test("vouches for attesters whose tokens bring no certificate, by their UEID", async () => {
    const [attester, device] = [key(), key()];
    const ueid = Uint8Array.of(1, ...new Uint8Array(32).fill(7));
    await manifests.take("psa", await manifestOf(entryOf(Buffer.from(ueid).toString("hex"), [attester])), context());
    const { publicKey } = device;
    const binding = { publicKey, nonce: nodeEntropy.bytes(32), factsHash: nodeEntropy.bytes(32) };
    const value = bindingValue(binding, nodeHash) as Uint8Array;
    const verifier = evidenceVerifiers(shared()).find(({ format }) => format === "eat");
    const tokenBy = (signer: Signer) =>
      forgeToken(signer, [
        [10, value],
        [256, ueid],
      ]);
    const found = await verifier?.verify(await tokenBy(attester), binding, at);
    assert.deepEqual([found?.custody, found?.root?.name], [1, "maker's manifests"]);
    await assert.rejects(async () => verifier?.verify(await tokenBy(key()), binding, at), {
      code: "NAT_EVIDENCE_SIGNATURE",
    });
    manifests.remove("psa");
    await assert.rejects(async () => verifier?.verify(await tokenBy(attester), binding, at), {
      code: "NAT_EVIDENCE_ROOT",
    });
  });
});
