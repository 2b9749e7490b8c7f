// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeOid, encodeSequence, encodeSequenceOf } from "../der/index.ts";
import { oids } from "./object-identifiers.ts";
import { encodePolicyMappings, parsePolicyMappings } from "./policy-mappings.ts";

const mapping = (issuerDomainPolicy: string, subjectDomainPolicy: string) => ({
  issuerDomainPolicy,
  subjectDomainPolicy,
});
const refused = (run: () => unknown, code: `NAT_${string}`) =>
  assert.throws(run, (error) => isNatalisError(error, code));

test("mappings come back in their order, doubled issuer policies too", () => {
  const mappings = [mapping("1.2.3", "1.2.4"), mapping("1.2.3", "1.2.5"), mapping("1.2.4", "1.2.3")];
  assert.deepEqual(parsePolicyMappings(encodePolicyMappings(mappings)), mappings);
  assert.equal(toHex(encodePolicyMappings([mapping("1.2.3", "1.2.4")])), "300a300806022a0306022a04");
});

describe("refused", () => {
  for (const [what, value, code] of [
    ["no mapping", "3000", "NAT_X509_EXTENSION"],
    ["a mapping of one policy", "3006300406022a03", "NAT_DER_TAG"],
    ["a mapping of three", "300e300c06022a0306022a0406022a05", "NAT_DER_TRAILING"],
    ["a SET", "310a300806022a0306022a04", "NAT_DER_TAG"],
    ["bytes after it", "300a300806022a0306022a0400", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () => refused(() => parsePolicyMappings(fromHex(value)), code));

  test("anyPolicy on either side (RFC 5280 6.1.4 a)", () => {
    for (const [from, to] of [
      [oids.anyPolicy, "1.2.3"],
      ["1.2.3", oids.anyPolicy],
    ] as const) {
      const value = encodeSequence(encodeSequence(encodeOid(from), encodeOid(to)));
      refused(() => parsePolicyMappings(value), "NAT_X509_EXTENSION");
      refused(() => encodePolicyMappings([mapping(from, to)]), "NAT_X509_EXTENSION");
    }
  });

  test("more than any authority maps", () => {
    const many = (count: number) =>
      encodeSequenceOf(
        Array.from({ length: count }, (_, i) => encodeSequence(encodeOid(`1.2.${i}`), encodeOid("1.3"))),
      );
    assert.equal(parsePolicyMappings(many(256)).length, 256);
    refused(() => parsePolicyMappings(many(257)), "NAT_X509_EXTENSION");
  });
});
