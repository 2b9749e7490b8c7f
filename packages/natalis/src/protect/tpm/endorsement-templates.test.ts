// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../kernel/index.ts";
import { attributesValue } from "./object-attributes.ts";
import { endorsementPolicyBranches, endorsementTemplateOf, endorsementTemplates } from "./endorsement-templates.ts";
import { encodePublicArea, type PublicArea } from "./public-area.ts";

/** The digests as TCG EK Credential Profile 2.5, B.6 prints them. */
const policyA = {
  "SHA-256": "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa",
  "SHA-384": "8bbf2266537c171cb56e403c4dc1d4b64f432611dc386e6f532050c3278c930e143e8bb1133824ccb431053871c6db53",
};
const policyB = {
  "SHA-256": "ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0",
  "SHA-384": "b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12",
};

test("policies are those that the profile prints", () => {
  for (const { range, nameDigest, area } of endorsementTemplates)
    assert.equal(toHex(area.policy), (range === "low" ? policyA : policyB)[nameDigest]);
  for (const template of endorsementTemplates)
    assert.equal(toHex(endorsementPolicyBranches(template)[0] as Uint8Array), policyA[template.nameDigest]);
});

test("attributes are those of the two ranges", () => {
  for (const { range, area } of endorsementTemplates)
    assert.equal(attributesValue(area.attributes), range === "low" ? 0x0003_00b2 : 0x0003_00f2);
});

test("the bytes of templates L-1, L-2 and H-3", () => {
  const bytes = (name: string) =>
    toHex(encodePublicArea(endorsementTemplates.find((one) => one.name === name)?.area as PublicArea));
  const low = `000b000300b20020${policyA["SHA-256"]}000600800043`;
  assert.equal(bytes("L-1"), `0001${low}00100800000000000100${"00".repeat(256)}`);
  assert.equal(bytes("L-2"), `0023${low}001000030010${`0020${"00".repeat(32)}`.repeat(2)}`);
  assert.equal(bytes("H-3"), `0023000c000300f20030${policyB["SHA-384"]}00060100004300100004001000000000`);
});

test("a key is of its template whatever its unique value, and of none when anything else differs", () => {
  for (const template of endorsementTemplates) {
    const { area } = template;
    const unique = area.type === "RSA" ? { modulus: fromHex("01") } : { x: fromHex("01"), y: fromHex("02") };
    const key = { ...area, ...unique } as PublicArea;
    assert.equal(endorsementTemplateOf(key), template);
    const others: Partial<PublicArea>[] = [
      { attributes: new Set([...area.attributes, "sign"]) },
      { attributes: new Set([...area.attributes].filter((one) => one !== "restricted")) },
      { policy: area.policy.with(0, (area.policy[0] as number) ^ 1) },
      { policy: new Uint8Array(0) },
      { aesBits: 192 },
      { nameDigest: "SHA-512" },
      area.type === "RSA" ? { scheme: { name: "RSAES" } } : { scheme: { name: "ECDH", digest: "SHA-256" } },
    ];
    for (const other of others) assert.equal(endorsementTemplateOf({ ...key, ...other } as PublicArea), undefined);
  }
});

test("an exponent that is written out is the usual one; another is none of the profile's", () => {
  const { area } = endorsementTemplates.find(({ name }) => name === "L-1") ?? {};
  assert.equal(endorsementTemplateOf({ ...area, exponent: 65537 } as PublicArea)?.name, "L-1");
  assert.equal(endorsementTemplateOf({ ...area, exponent: 3 } as PublicArea), undefined);
});

test("no two templates share an index or a title", () => {
  for (const key of ["certificateIndex", "title", "name"] as const)
    assert.equal(new Set(endorsementTemplates.map((one) => one[key])).size, endorsementTemplates.length);
});
