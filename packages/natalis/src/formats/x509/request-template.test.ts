// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import { algorithms, publicKeyAlgorithm } from "../algorithms.ts";
import {
  contextTag,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSetOf,
  encodeTagLengthValue,
  encodeUtf8String,
} from "../der/index.ts";
import { encodeExtensions } from "./extension.ts";
import { encodeKeyUsage } from "./key-usage.ts";
import { oids } from "./object-identifiers.ts";
import {
  encodeExtensionTemplates,
  encodeRequestTemplate,
  type ExtensionTemplate,
  parseExtensionTemplates,
  parseRequestTemplate,
  type RequestTemplate,
} from "./request-template.ts";

const algorithm = publicKeyAlgorithm(algorithms.ES256);
const extensionTemplates: readonly ExtensionTemplate[] = [
  { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) },
  { oid: oids.subjectAltName, critical: false },
];
const asked = { oid: oids.extensionReqTemplate, values: [encodeExtensionTemplates(extensionTemplates)] };
const template: RequestTemplate = {
  subject: [
    [{ oid: oids.organizationName, value: encodeUtf8String("Example Makers") }],
    [{ oid: oids.serialNumber }, { oid: oids.organizationalUnitName }],
  ],
  publicKey: { algorithm },
  attributes: [asked],
};

test("the algorithm of keys is the beginning of every key", () => {
  for (const one of Object.values(algorithms)) {
    const identifier = publicKeyAlgorithm(one);
    const at = one.publicKeyPrefix.length - identifier.length;
    assert.ok(Buffer.from(one.publicKeyPrefix).indexOf(identifier) > 0 && at > 0, one.name);
  }
  assert.deepEqual(publicKeyAlgorithm(algorithms.EdDSA), fromHex("300506032b6570"));
  assert.deepEqual(publicKeyAlgorithm(algorithms.ES256), fromHex("301306072a8648ce3d020106082a8648ce3d030107"));
});

test("a template comes back", () => {
  assert.deepEqual(parseRequestTemplate(encodeRequestTemplate(template)), template);
});

test("a template that asks for nothing is a version and an empty set", () => {
  assert.deepEqual(encodeRequestTemplate({ attributes: [] }), fromHex("3005020100a100"));
  assert.deepEqual(parseRequestTemplate(fromHex("3005020100a100")), { attributes: [] });
});

test("a placeholder shows the length of a modulus", () => {
  const publicKey = { algorithm: fromHex("300d06092a864886f70d0101010500"), placeholder: new Uint8Array(270).fill(1) };
  assert.deepEqual(parseRequestTemplate(encodeRequestTemplate({ publicKey, attributes: [] })).publicKey, publicKey);
});

test("extensions may be whole, or left open", () => {
  assert.deepEqual(parseExtensionTemplates(encodeExtensionTemplates(extensionTemplates)), extensionTemplates);
});

describe("refused", () => {
  const none = fromHex("a100");
  const whole = encodeSequence(
    encodeOid(oids.extensionRequest),
    encodeSetOf([
      encodeExtensions([{ oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) }]),
    ]),
  );
  const open = encodeSequence(encodeOid(asked.oid), encodeSetOf(asked.values));
  const withAttributes = (...attributes: readonly Uint8Array[]) =>
    encodeSequence(encodeInteger(0), encodeSetOf(attributes, contextTag(1)));
  const withName = (name: Uint8Array) => encodeSequence(encodeInteger(0), name, none);
  const relativeName = (...parts: readonly Uint8Array[]) => encodeSequence(encodeSetOf([encodeSequence(...parts)]));
  for (const [what, der, code] of [
    ["another version", encodeSequence(encodeInteger(1), none), "NAT_X509_VERSION"],
    ["no attributes field", encodeSequence(encodeInteger(0)), "NAT_DER_TAG"],
    ["whole and open extensions", withAttributes(whole, open), "NAT_X509_CSR_ATTRIBUTES"],
    ["an attribute twice", withAttributes(open, open), "NAT_X509_ATTRIBUTE"],
    [
      "an attribute of no value",
      withAttributes(encodeSequence(encodeOid("1.2.3"), encodeSetOf([]))),
      "NAT_X509_ATTRIBUTE",
    ],
    ["an empty relative name", withName(encodeSequence(encodeSetOf([]))), "NAT_X509_NAME"],
    ["a name of no type", withName(relativeName()), "NAT_DER_TAG"],
    [
      "two values of a name",
      withName(relativeName(encodeOid("2.5.4.5"), encodeNull(), encodeNull())),
      "NAT_DER_TRAILING",
    ],
    ["a key of no algorithm", encodeSequence(encodeInteger(0), fromHex("a000"), none), "NAT_DER_TAG"],
    [
      "bytes after the placeholder",
      encodeSequence(encodeInteger(0), encodeTagLengthValue(0xa0, algorithm, fromHex("030200010500")), none),
      "NAT_DER_TRAILING",
    ],
    ["bytes after it", fromHex("3005020100a10000"), "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseRequestTemplate(der),
        (error) => isNatalisError(error, code),
      ),
    );

  const extension = (...parts: readonly Uint8Array[]) => encodeSequence(encodeSequence(...parts));
  for (const [what, der, code] of [
    ["no extension", fromHex("3000"), "NAT_X509_EXTENSIONS"],
    [
      "65 extensions",
      encodeSequence(...Array.from({ length: 65 }, (_, i) => encodeSequence(encodeOid(`1.2.${i}`)))),
      "NAT_X509_EXTENSIONS",
    ],
    [
      "an extension twice",
      encodeSequence(encodeSequence(encodeOid("1.2.3")), encodeSequence(encodeOid("1.2.3"))),
      "NAT_X509_EXTENSIONS",
    ],
    ["FALSE written out", extension(encodeOid("1.2.3"), fromHex("010100")), "NAT_DER_DEFAULT"],
    ["a value of another type", extension(encodeOid("1.2.3"), encodePrintableString("a")), "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseExtensionTemplates(der),
        (error) => isNatalisError(error, code),
      ),
    );

  test("not written either", () => {
    const both = [asked, { oid: oids.extensionRequest, values: [encodeNull()] }];
    assert.throws(
      () => encodeRequestTemplate({ attributes: both }),
      (error) => isNatalisError(error, "NAT_X509_CSR_ATTRIBUTES"),
    );
    assert.throws(
      () => encodeExtensionTemplates([]),
      (error) => isNatalisError(error, "NAT_X509_EXTENSIONS"),
    );
  });

  test("changed bytes answer or are refused, and nothing else", () => {
    const encoded = encodeRequestTemplate(template);
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        try {
          const read = parseRequestTemplate(encoded.with(at, byte));
          assert.deepEqual(encodeRequestTemplate(read), encoded.with(at, byte));
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      }),
      { numRuns: 2000, seed: 9908 },
    );
  });
});
