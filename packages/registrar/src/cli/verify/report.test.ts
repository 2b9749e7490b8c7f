// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, type Certificate, encodeName, oids, parseName } from "natalis/formats";
import { errorFactory, toHex } from "natalis/kernel";
import type { CertificateStatus, VerifiedPath } from "natalis/path";
import { TestAuthority, testMaker } from "natalis/testing";
import type { Demands } from "./demands.ts";
import type { Question, Verdict } from "./judge.ts";
import { describeVerdict } from "./report.ts";
import { type Places, viewOf } from "./view.ts";

const refused = errorFactory({ NAT_TEST_REFUSED: "It is refused (RFC 1 section 2)." });
const at = new Date("2026-03-01T00:00:00Z");
let leaf: Certificate;
let root: Certificate;
let places: Places;

before(async () => {
  const authority = await TestAuthority.open();
  leaf = (await authority.birth(generateKey(algorithms.ES256).signer, { serial: "SN-1" })).certificate;
  root = authority.root.certificate;
  const chain = [
    { file: "leaf.pem", position: 1 },
    { file: "others.pem", position: 2 },
  ];
  places = { chain, of: (certificate) => (certificate === leaf ? chain[0] : undefined) };
});

function describe(verdict: Verdict, demands: Partial<Demands> = {}): string[] {
  const usual: Demands = { names: [], policies: {}, revocation: "ifPresent", legacy: false };
  return [...describeVerdict(verdict, { at, demands: { ...usual, ...demands } } as Question, places)];
}

function holding(statuses: readonly CertificateStatus[] = [], policies: readonly string[] = [oids.anyPolicy]): Verdict {
  return { valid: true, path: { certificates: [leaf, root], policies, statuses } as unknown as VerifiedPath };
}

test("a path that holds is told from the certificate to the anchor, with what was asked", () => {
  const serial = `serialNumber=SN-1,OU=TEST-1,O=${testMaker}`;
  const lines = describe(holding(), { purpose: oids.clientAuth, names: [{ serialNumber: "SN-1" }], legacy: true });
  assert.deepEqual(lines.slice(0, 1), ["valid at 2026-03-01T00:00:00Z"]);
  assert.match(lines[1] ?? "", /^0: CN=[0-9a-f-]{36},/);
  assert.ok(lines[1]?.endsWith(`${serial} (leaf.pem)`), lines[1]);
  const validity = "key P-256, from 2026-01-01T00:00:00Z to 9999-12-31T23:59:59Z";
  assert.equal(lines[3], `   serial ${toHex(leaf.serialNumber)}, ${validity}`);
  assert.equal(lines[4], "   status: not asked");
  assert.match(lines[5] ?? "", /^anchor: CN=TEST/);
  assert.deepEqual(lines.slice(8), [
    "purpose: clientAuth (1.3.6.1.5.5.7.3.2)",
    "names: serial:SN-1",
    "strength: legacy (SHA-1 and short RSA keys are taken)",
    "policies: any",
  ]);
});

test("policies by their OID, or none", () => {
  assert.equal(describe(holding([], ["1.2.3", "1.2.4"])).at(-1), "policies: 1.2.3, 1.2.4");
  assert.equal(describe(holding([], [])).at(-1), "policies: none");
});

const asOf = new Date("2026-02-28T12:00:00Z");
const statuses: readonly [CertificateStatus, string, Record<string, unknown>][] = [
  [
    { state: "good", source: "crl", asOf },
    "good, by revocation list of 2026-02-28T12:00:00Z",
    { state: "good", source: "crl", asOf: "2026-02-28T12:00:00Z" },
  ],
  [
    { state: "good", source: "ocsp", asOf },
    "good, by OCSP response of 2026-02-28T12:00:00Z",
    { state: "good", source: "ocsp", asOf: "2026-02-28T12:00:00Z" },
  ],
  [{ state: "unknown", causes: [], presented: false }, "unknown", { state: "unknown", causes: [] }],
  [
    { state: "unknown", causes: [refused("NAT_TEST_REFUSED", "list 7")], presented: true },
    "unknown: It is refused (RFC 1 section 2): list 7.",
    { state: "unknown", causes: ["It is refused (RFC 1 section 2): list 7."] },
  ],
  [
    { state: "revoked", source: "crl", reason: 1, revokedAt: asOf, invalidityDate: at, asOf },
    "revoked, by revocation list of 2026-02-28T12:00:00Z",
    {
      state: "revoked",
      source: "crl",
      asOf: "2026-02-28T12:00:00Z",
      reason: 1,
      revokedAt: "2026-02-28T12:00:00Z",
      invalidityDate: "2026-03-01T00:00:00Z",
    },
  ],
];
for (const [status, words, data] of statuses)
  test(`status ${words}`, () => {
    assert.equal(describe(holding([status]))[4], `   status: ${words}`);
    assert.deepEqual(viewOf(holding([status]), places).status, [data]);
  });

test("a refusal is the rule with its section and code, what was seen, the causes, and the certificate", () => {
  const error = refused("NAT_TEST_REFUSED", "as seen", new Error("deeper"));
  const fault = describe({ valid: false, error, index: 0, certificate: leaf }).at(-1) ?? "";
  assert.deepEqual(describe({ valid: false, error, index: 0, certificate: leaf }).slice(0, -1), [
    "refused: It is refused (RFC 1 section 2). [NAT_TEST_REFUSED] as seen",
    "  because: deeper",
  ]);
  assert.match(
    fault,
    /^at fault: certificate in question, CN=.*,serialNumber=SN-1,.*, serial [0-9a-f]{32} \(leaf\.pem\)$/,
  );
});

test("an anchor, one that cannot be read, and none at fault", () => {
  const error = refused("NAT_TEST_REFUSED", "");
  assert.match(describe({ valid: false, error, certificate: root })[1] ?? "", /^at fault: anchor, CN=TEST/);
  assert.deepEqual(describe({ valid: false, error, index: 1 }).slice(1), [
    "at fault: certificate 1, unreadable (others.pem, certificate 2)",
  ]);
  assert.equal(describe({ valid: false, error }).length, 1);
});

test("a verdict as data", () => {
  const error = refused("NAT_TEST_REFUSED", "as seen");
  const none = { path: [], policies: [], status: [] };
  const told = { valid: false, code: "NAT_TEST_REFUSED", reason: "It is refused (RFC 1 section 2): as seen.", ...none };
  assert.deepEqual(viewOf({ valid: false, error }, places), { ...told, certificate: null });
  const unreadable = { index: 1, file: "others.pem", position: 2 };
  assert.deepEqual(viewOf({ valid: false, error, index: 1 }, places), { ...told, certificate: unreadable });
  const { certificate } = viewOf({ valid: false, error, certificate: root }, places);
  assert.deepEqual([certificate?.index, certificate?.file, certificate?.key], [null, null, "P-256"]);
  const { path, ...valid } = viewOf(holding(), places);
  assert.deepEqual(valid, {
    valid: true,
    code: null,
    reason: "The path holds: 2 certificates, the anchor included.",
    certificate: null,
    policies: [oids.anyPolicy],
    status: [],
  });
  assert.deepEqual(
    path.map(({ serial, file, position }) => [serial, file, position]),
    [
      [toHex(leaf.serialNumber), "leaf.pem", 1],
      [toHex(root.serialNumber), null, null],
    ],
  );
});

test("an empty name, and a key of an unknown algorithm, are told as such", () => {
  const odd = { ...leaf, subject: parseName(encodeName([])), publicKey: Uint8Array.of(0x30, 0) };
  const lines = describe({ valid: true, path: { certificates: [odd, root], policies: [] } as unknown as VerifiedPath });
  assert.equal(lines[1], "0: (no subject)");
});
