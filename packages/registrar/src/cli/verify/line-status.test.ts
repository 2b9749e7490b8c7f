// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, crlReasons, encodePem } from "natalis/formats";
import { shardOf } from "natalis/issue";
import { encodeUtf8 } from "natalis/kernel";
import { TestAuthority } from "natalis/testing";
import { LineJudge } from "./line.ts";

const at = "2026-01-01T12:00:00Z";
const late = "2026-01-09T12:00:00Z";
const judge = new LineJudge();
let papers: { anchors: string[]; chain: string[] };
let lists: Record<"good" | "revoked" | "other" | "tampered", string>;

before(async () => {
  const authority = await TestAuthority.open();
  const { certificate } = await authority.birth(generateKey(algorithms.ES256).signer);
  const { serialNumber } = certificate;
  const shard = shardOf(serialNumber);
  const [leaf, issuing, root] = [certificate, authority.issuing.certificate, authority.root.certificate].map(
    ({ der }) => encodePem("CERTIFICATE", der),
  ) as [string, string, string];
  papers = { anchors: [root], chain: [leaf, issuing] };
  const entry = { serialNumber, revocationDate: authority.at, reason: crlReasons.keyCompromise };
  const good = await authority.certificateList(shard);
  const list = (der: Uint8Array) => encodePem("X509 CRL", der);
  lists = {
    good: list(good),
    revoked: list(await authority.certificateList(shard, [entry])),
    other: list(await authority.certificateList((shard + 1) % 256)),
    tampered: list(good.with(good.length - 1, (good.at(-1) as number) ^ 1)),
  };
});

const cases: readonly [
  title: string,
  list: keyof typeof lists | undefined,
  revocation: string,
  at: string,
  code: RegExp | null,
  certificate: number | null,
][] = [
  ["a good one", "good", "ifPresent", at, null, null],
  ["a good one where the authority's own is not known", "good", "require", at, /^NAT_STATUS_UNKNOWN$/, 1],
  ["no list", undefined, "ifPresent", at, null, null],
  ["no list where one is due", undefined, "require", at, /^NAT_STATUS_UNKNOWN$/, 0],
  ["a revocation", "revoked", "ifPresent", at, /^NAT_STATUS_REVOKED$/, 0],
  ["a revocation in an old list", "revoked", "ifPresent", late, /^NAT_STATUS_REVOKED$/, 0],
  ["a revocation that nobody asks about", "revoked", "off", at, null, null],
  ["a list that is out of date", "good", "ifPresent", late, /^NAT_STATUS_UNKNOWN$/, 0],
  ["a list that is not authentic", "tampered", "ifPresent", at, /^NAT_STATUS_UNKNOWN$/, 0],
  ["a list of others", "other", "ifPresent", at, null, null],
];
for (const [title, list, revocation, instant, code, certificate] of cases)
  test(`${title}, ${revocation}`, async () => {
    const crls = list === undefined ? [] : [lists[list]];
    const line = encodeUtf8(JSON.stringify({ id: 1, ...papers, at: instant, crls, revocation }));
    const answer = JSON.parse(await judge.answer(line));
    assert.equal(answer.valid, code === null, answer.reason);
    if (code !== null) assert.match(answer.code, code);
    assert.equal(answer.certificate, certificate);
  });
