// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeCertificatePolicies, parseCertificatePolicies } from "./certificate-policies.ts";
import { oids } from "./object-identifiers.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const parse = (value: string) => parseCertificatePolicies(hex(value));

test("policies come back in their order", () => {
  const policies = ["1.3.6.1.4.1.32473.2.0", oids.anyPolicy];
  assert.deepEqual(parseCertificatePolicies(encodeCertificatePolicies(policies)), policies);
  assert.equal(toHex(encodeCertificatePolicies(["1.2.3"])), "3006300406022a03");
});

test("qualifiers are passed over", () => {
  assert.deepEqual(parse("30 0f 300d 06022a03 3007 3005 06012a 0500"), ["1.2.3"]);
});

describe("refused", () => {
  for (const [what, value, code] of [
    ["no policy", "3000", "NAT_X509_EXTENSION"],
    ["a policy twice", "30 0c 3004 06022a03 3004 06022a03", "NAT_X509_EXTENSION"],
    ["a policy without its SEQUENCE", "30 04 06022a03", "NAT_DER_TAG"],
    ["an empty list of qualifiers", "30 08 3006 06022a03 3000", "NAT_DER_TAG"],
    ["a qualifier without a value", "30 0d 300b 06022a03 3005 3003 06012a", "NAT_DER_TAG"],
    ["a qualifier that is no DER", "30 10 300e 06022a03 3008 3006 06012a 010101", "NAT_DER_BOOLEAN"],
    ["a qualifier with a third field", "30 11 300f 06022a03 3009 3007 06012a 0500 0500", "NAT_DER_TRAILING"],
    ["a third field", "30 11 300f 06022a03 3007 3005 06012a 0500 0500", "NAT_DER_TRAILING"],
    ["bytes after it", "30 06 3004 06022a03 00", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parse(value),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("refused: more than any certificate names", () => {
  const many = (count: number) => encodeCertificatePolicies(Array.from({ length: count }, (_, i) => `1.2.${i}`));
  assert.equal(parseCertificatePolicies(many(256)).length, 256);
  assert.throws(
    () => parseCertificatePolicies(many(257)),
    (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
  );
});

test("not written: none, or one twice", () => {
  for (const policies of [[], ["1.2.3", "1.2.3"]])
    assert.throws(
      () => encodeCertificatePolicies(policies),
      (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
    );
});
