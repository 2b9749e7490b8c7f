// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concatBytes, isNatalisError } from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import {
  contextTag,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeTagLengthValue,
  encodeUtf8String,
} from "../der/index.ts";
import { encodeCertificationRequestInfo, parseCertificationRequest } from "./certification-request.ts";
import { encodeExtensions, type Extension } from "./extension.ts";
import { encodeKeyUsage } from "./key-usage.ts";
import { encodeName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { assembleSigned } from "./signed.ts";

const { signatureIdentifier } = algorithms.EdDSA;
const publicKey = concatBytes(algorithms.EdDSA.publicKeyPrefix, new Uint8Array(32).fill(7));
const subject = encodeName([{ oid: oids.serialNumber, value: "SN-1" }]);
const extensions: readonly Extension[] = [
  { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) },
];
const signature = new Uint8Array(64).fill(9);

const attribute = (oid: string, ...values: readonly Uint8Array[]) =>
  encodeSequence(encodeOid(oid), encodeSetOf(values));
const password = attribute(oids.challengePassword, encodeUtf8String("secret"));
const requested = attribute(oids.extensionRequest, encodeExtensions(extensions));

/** The fields of a CertificationRequestInfo one by one, so that a test may put another in the place of any. */
const parts = { version: encodeInteger(0), subject, publicKey, attributes: encodeSetOf([requested], contextTag(0)) };
const withParts = (changed: Partial<typeof parts>) =>
  assembleSigned(encodeSequence(...Object.values({ ...parts, ...changed })), signatureIdentifier, signature);
const withAttributes = (...attributes: readonly Uint8Array[]) =>
  withParts({ attributes: encodeSetOf(attributes, contextTag(0)) });

test("a request reads as it was written", () => {
  const info = encodeCertificationRequestInfo({ subject, publicKey, extensions });
  const der = assembleSigned(info, signatureIdentifier, signature);
  const request = parseCertificationRequest(der);
  assert.deepEqual(request.der, der);
  assert.deepEqual(request.info, info);
  assert.deepEqual(request.subject.der, subject);
  assert.deepEqual(request.publicKey, publicKey);
  assert.deepEqual(request.requestedExtensions, extensions);
  assert.deepEqual(request.attributes, [{ oid: oids.extensionRequest, values: [encodeExtensions(extensions)] }]);
  assert.deepEqual(request.signatureIdentifier, signatureIdentifier);
  assert.deepEqual(request.signature, signature);
});

test("without extensions there are no attributes, and the field is still there", () => {
  const info = encodeCertificationRequestInfo({ subject, publicKey });
  assert.deepEqual(info.subarray(-2), Uint8Array.of(0xa0, 0));
  const request = parseCertificationRequest(assembleSigned(info, signatureIdentifier, signature));
  assert.deepEqual(request.attributes, []);
  assert.deepEqual(request.requestedExtensions, []);
});

test("what is read are views of the encoding", () => {
  const der = withParts({});
  const { info, publicKey: key, requestedExtensions } = parseCertificationRequest(der);
  for (const view of [info, key, requestedExtensions[0]?.value]) assert.equal(view?.buffer, der.buffer);
});

test("foreign attributes are kept as they came", () => {
  const foreign = attribute("1.3.6.1.4.1.311.13.2.3", encodeNull(), encodeUtf8String("x"));
  const request = parseCertificationRequest(withAttributes(password, requested, foreign));
  assert.deepEqual(
    request.attributes.map(({ oid, values }) => [oid, values.length]),
    [
      ["1.3.6.1.4.1.311.13.2.3", 2],
      [oids.challengePassword, 1],
      [oids.extensionRequest, 1],
    ],
  );
  assert.deepEqual(request.requestedExtensions, extensions);
});

test("an empty subject is legal", () => {
  assert.deepEqual(parseCertificationRequest(withParts({ subject: encodeName([]) })).subject.relativeNames, []);
});

describe("refused", () => {
  const unordered = [password, requested].toSorted((a, b) => b.length - a.length);
  const wrongOrder = encodeTagLengthValue(contextTag(0), ...unordered);
  for (const [what, der, code] of [
    ["nothing", new Uint8Array(), "NAT_DER_TAG"],
    ["bytes after it", concatBytes(withParts({}), Uint8Array.of(0)), "NAT_DER_TRAILING"],
    ["version 2", withParts({ version: encodeInteger(1) }), "NAT_X509_VERSION"],
    ["no version", withParts({ version: new Uint8Array() }), "NAT_DER_TAG"],
    ["no attributes field", withParts({ attributes: new Uint8Array() }), "NAT_DER_TAG"],
    ["attributes under another tag", withParts({ attributes: encodeSetOf([requested]) }), "NAT_DER_TAG"],
    ["attributes in another order", withParts({ attributes: wrongOrder }), "NAT_DER_SET_ORDER"],
    [
      "a field after the attributes",
      withParts({ attributes: concatBytes(parts.attributes, encodeNull()) }),
      "NAT_DER_TRAILING",
    ],
    ["an attribute without a value", withAttributes(attribute(oids.challengePassword)), "NAT_X509_ATTRIBUTE"],
    [
      "an attribute twice",
      withAttributes(password, attribute(oids.challengePassword, encodeUtf8String("other"))),
      "NAT_X509_ATTRIBUTE",
    ],
    [
      "an attribute value that is no DER",
      withAttributes(attribute("1.2.3", Uint8Array.of(1, 1, 1))),
      "NAT_DER_BOOLEAN",
    ],
    [
      "more than 32 attributes",
      withAttributes(...Array.from({ length: 33 }, (_, i) => attribute(`1.2.${i}`, encodeNull()))),
      "NAT_X509_ATTRIBUTE",
    ],
    [
      "two extension requests in one",
      withAttributes(attribute(oids.extensionRequest, encodeExtensions(extensions), encodeSequence())),
      "NAT_X509_ATTRIBUTE",
    ],
    [
      "an extension request of no extensions",
      withAttributes(attribute(oids.extensionRequest, encodeSequence())),
      "NAT_X509_EXTENSIONS",
    ],
    [
      "an extension requested twice",
      withAttributes(
        attribute(
          oids.extensionRequest,
          encodeSequence(encodeExtensions(extensions).subarray(2), encodeExtensions(extensions).subarray(2)),
        ),
      ),
      "NAT_X509_EXTENSIONS",
    ],
    [
      "an extension request that is none",
      withAttributes(attribute(oids.extensionRequest, encodeNull())),
      "NAT_DER_TAG",
    ],
    [
      "a signature of bits",
      encodeSequence(encodeSequence(...Object.values(parts)), signatureIdentifier, Uint8Array.of(3, 2, 7, 128)),
      "NAT_DER_BIT_STRING",
    ],
    ["no signature", encodeSequence(encodeSequence(...Object.values(parts)), signatureIdentifier), "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseCertificationRequest(der),
        (error) => isNatalisError(error, code),
      ),
    );
});
