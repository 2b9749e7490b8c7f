// SPDX-License-Identifier: Apache-2.0
// What a data folder says of the roots that evidence may end in, and that nothing of it is passed over.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { forgeCertificateList, TestAuthority } from "natalis/testing";
import { contextOf, evidenceVerifiers } from "../pipeline/evidence.ts";
import { loadEvidence } from "./evidence-roots.ts";

const parent = mkdtempSync(join(tmpdir(), "natalis-roots-"));
after(() => rmSync(parent, { recursive: true }));
let folders = 0;
const key = () => generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({ rootSigner: key(), issuingSigner: key() });
const { der } = own.root.certificate;
const pem = encodePem("CERTIFICATE", der);

/** A folder of files by their names. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(parent, `roots-${folders++}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const indexOf = (formats: object) => ({ "roots.json": JSON.stringify(formats) });
const capped = { "tpm2-certify": { swtpm: { cap: 1 } } };

test("where there is no folder, no root counts", async () => {
  const shared = await loadEvidence(join(parent, "none"));
  assert.deepEqual(shared, { roots: [], lists: [] });
  assert.deepEqual(
    evidenceVerifiers(shared).map(({ format }) => format),
    ["pkcs11-declared", "tpm2-certify", "webauthn-tpm", "vendor-idevid", "x509-attestation", "eat", "dice"],
  );
});

test("roots by format and name, with their caps, and what is lifted of them", async () => {
  const formats = { "tpm2-certify": { swtpm: { cap: 1, lifted: 3 } }, dice: { "maker 1": { cap: 2 } } };
  const files = { "tpm2-certify/swtpm.pem": pem, "dice/maker 1.pem": pem + pem };
  const shared = await loadEvidence(folderOf({ ...indexOf(formats), ...files }));
  const plain = { certificate: der, capLifted: false };
  const maker = { name: "maker 1", format: "dice", cap: 2, ...plain };
  assert.deepEqual(shared.roots, [
    { name: "swtpm", format: "tpm2-certify", cap: 3, certificate: der, capLifted: true },
    maker,
    maker,
  ]);
  const { roots } = contextOf(shared);
  assert.deepEqual(
    roots.map(({ formats: of, cap, capLifted }) => [...of, cap, capLifted]),
    [
      ["tpm2-certify", 3, true],
      ["dice", 2, undefined],
      ["dice", 2, undefined],
    ],
  );
});

test("lists of revoked certificates, and Google's list of revoked attestation keys", async () => {
  const { der: list } = await forgeCertificateList({
    issuer: { certificate: own.root.certificate, signer: own.rootSigner },
    thisUpdate: new Date("2026-11-01T00:00:00Z"),
    nextUpdate: new Date("2026-12-01T00:00:00Z"),
  });
  const files = {
    "tpm2-certify/swtpm.pem": pem,
    "tpm2-certify/one.crl": list,
    "tpm2-certify/two.crl": encodePem("X509 CRL", list),
    "android-status.json": '{"entries":{}}',
  };
  const shared = await loadEvidence(folderOf({ ...indexOf(capped), ...files }));
  assert.deepEqual(shared.lists, [list, list]);
  assert.equal(shared.androidStatusList, '{"entries":{}}');
  assert.equal(contextOf(shared).lists?.length, 2);
});

test("one key may stand under two names with one cap, and with another one in another format", async () => {
  const formats = {
    "tpm2-certify": { maker: { cap: 3 }, "maker 2": { cap: 3 } },
    "webauthn-tpm": { maker: { cap: 1 } },
  };
  const files = ["tpm2-certify/maker", "tpm2-certify/maker 2", "webauthn-tpm/maker"].map((name) => [
    `${name}.pem`,
    pem,
  ]);
  const { roots } = await loadEvidence(folderOf({ ...indexOf(formats), ...Object.fromEntries(files) }));
  assert.deepEqual(
    roots.map(({ cap }) => cap),
    [3, 3, 1],
  );
});

const file = { "tpm2-certify/swtpm.pem": pem };
const refused: readonly (readonly [what: string, files: Readonly<Record<string, string | Uint8Array>>])[] = [
  ["no index", file],
  ["an index that is no JSON", { "roots.json": "{", ...file }],
  ["a format that is not known", indexOf({ hearsay: {} })],
  ["a declared format, which ends in no root", indexOf({ "pkcs11-declared": {} })],
  ["a root without a cap", { ...indexOf({ "tpm2-certify": { swtpm: {} } }), ...file }],
  ["a cap that is none", { ...indexOf({ "tpm2-certify": { swtpm: { cap: 5 } } }), ...file }],
  ["a member that is not known", { ...indexOf({ "tpm2-certify": { swtpm: { cap: 1, lift: 3 } } }), ...file }],
  ["a name that is a path", indexOf({ "tpm2-certify": { "../swtpm": { cap: 1 } } })],
  ["a root without its file", indexOf(capped)],
  ["a file that the index does not name", { ...indexOf(capped), ...file, "tpm2-certify/other.pem": pem }],
  ["a folder that the index does not name", { ...indexOf(capped), ...file, "dice/maker.pem": pem }],
  ["a file without a certificate", { ...indexOf(capped), "tpm2-certify/swtpm.pem": "nothing\n" }],
  [
    "a certificate that is none",
    { ...indexOf(capped), "tpm2-certify/swtpm.pem": encodePem("CERTIFICATE", der.subarray(1)) },
  ],
  [
    "one key under two names with two caps",
    {
      ...indexOf({ "tpm2-certify": { maker: { cap: 3 }, swtpm: { cap: 1 } } }),
      ...file,
      "tpm2-certify/maker.pem": pem,
    },
  ],
  [
    "one key under two names, its cap lifted under one",
    {
      ...indexOf({ "tpm2-certify": { maker: { cap: 3 }, swtpm: { cap: 1, lifted: 3 } } }),
      ...file,
      "tpm2-certify/maker.pem": pem,
    },
  ],
  ["a list that is none", { ...indexOf(capped), ...file, "tpm2-certify/one.crl": der }],
  ["a status list that is none", { ...indexOf(capped), ...file, "android-status.json": "[]" }],
];
for (const [what, files] of refused)
  test(`refused: ${what}`, async () => {
    await assert.rejects(loadEvidence(folderOf(files)), { code: "NAT_SERVICE_EVIDENCE" });
  });
