// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromBase64, fromHex, isNatalisError } from "../../kernel/index.ts";
import { encodeNull, encodeOid, encodePrintableString, encodeSequence, encodeSetOf } from "../der/index.ts";
import { type CsrAttribute, encodeCsrAttributes, parseCsrAttributes } from "./csr-attributes.ts";
import { encodeExtensions } from "./extension.ts";
import { encodeKeyUsage } from "./key-usage.ts";
import { oids } from "./object-identifiers.ts";

const extensions = encodeExtensions([
  { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) },
]);
const [ecPublicKey, secp256r1] = ["1.2.840.10045.2.1", "1.2.840.10045.3.1.7"];
const attributes: readonly CsrAttribute[] = [
  { oid: oids.challengePassword },
  { oid: ecPublicKey, values: [encodeOid(secp256r1)] },
  { oid: oids.extensionRequest, values: [extensions] },
  { oid: "1.3.101.112", values: [] },
  { oid: "1.2.3.4", values: [encodePrintableString("a"), encodePrintableString("b")] },
];

test("OIDs and attributes come back in their order", () => {
  assert.deepEqual(parseCsrAttributes(encodeCsrAttributes(attributes)), attributes);
});

test("an empty list is a list", () => {
  assert.deepEqual(encodeCsrAttributes([]), fromHex("3000"));
  assert.deepEqual(parseCsrAttributes(fromHex("3000")), []);
});

test("the example of RFC 7030 section 4.5.2 reads as the RFC tells", () => {
  const example = "MEEGCSqGSIb3DQEJBzASBgcqhkjOPQIBMQcGBSuBBAAiMBYGCSqGSIb3DQEJDjEJBgcrBgEBAQEWBggqhkjOPQQDAw==";
  assert.deepEqual(parseCsrAttributes(fromBase64(example)), [
    { oid: oids.challengePassword },
    { oid: ecPublicKey, values: [encodeOid("1.3.132.0.34")] },
    { oid: oids.extensionRequest, values: [encodeOid("1.3.6.1.1.1.1.22")] },
    { oid: "1.2.840.10045.4.3.3" },
  ]);
});

describe("refused", () => {
  const attribute = (oid: string, ...values: readonly Uint8Array[]) =>
    encodeSequence(encodeOid(oid), encodeSetOf(values));
  const asked = attribute(oids.extensionRequest, extensions);
  const template = attribute(oids.certificationRequestInfoTemplate, extensions);
  for (const [what, der, code] of [
    ["extensions asked for twice", encodeSequence(asked, asked), "NAT_X509_CSR_ATTRIBUTES"],
    ["two templates", encodeSequence(template, template), "NAT_X509_CSR_ATTRIBUTES"],
    ["extensions of no value", encodeSequence(attribute(oids.extensionRequest)), "NAT_X509_ATTRIBUTE"],
    [
      "a template of two values",
      encodeSequence(attribute(oids.certificationRequestInfoTemplate, encodeNull(), encodeOid("1.2.3"))),
      "NAT_X509_ATTRIBUTE",
    ],
    ["65 of them", encodeSequence(...Array.from({ length: 65 }, () => encodeOid("1.2.3"))), "NAT_X509_CSR_ATTRIBUTES"],
    ["what is neither OID nor attribute", encodeSequence(encodeNull()), "NAT_DER_TAG"],
    ["a type without a set", encodeSequence(encodeSequence(encodeOid("1.2.3"))), "NAT_DER_TAG"],
    ["a value that is no DER", encodeSequence(attribute("1.2.3", fromHex("0102ffff"))), "NAT_DER_BOOLEAN"],
    ["bytes after it", fromHex("300000"), "NAT_DER_TRAILING"],
    ["a SET", fromHex("3100"), "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseCsrAttributes(der),
        (error) => isNatalisError(error, code),
      ),
    );

  test("not written either", () => {
    const given = { oid: oids.extensionRequest, values: [extensions] };
    assert.throws(
      () => encodeCsrAttributes([given, given]),
      (error) => isNatalisError(error, "NAT_X509_CSR_ATTRIBUTES"),
    );
    assert.throws(
      () => encodeCsrAttributes([{ ...given, values: [] }]),
      (error) => isNatalisError(error, "NAT_X509_ATTRIBUTE"),
    );
  });

  test("changed bytes answer or are refused, and nothing else", () => {
    const whole = encodeCsrAttributes(attributes);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        try {
          const read = parseCsrAttributes(whole.with(at, byte));
          assert.deepEqual(encodeCsrAttributes(read), whole.with(at, byte));
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      }),
      { numRuns: 2000, seed: 9908 },
    );
  });
});
