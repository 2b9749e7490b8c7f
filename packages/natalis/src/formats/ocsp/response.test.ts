// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { concatBytes, fromHex, isNatalisError } from "../../kernel/index.ts";
import { extension, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  type ForgedAnswer,
  type ForgedResponseFields,
  forgeResponse,
  forgeResponseBytes,
  successfulResponse,
} from "../../testing/status-forge.ts";
import { algorithms } from "../algorithms.ts";
import {
  encodeBitString,
  encodeGeneralizedTime,
  encodeIa5String,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTagLengthValue,
  encodeUtf8String,
  tags,
} from "../der/index.ts";
import { encodeExtensions, oids } from "../x509/index.ts";
import { certificateId, encodeCertificateId, parseOcspResponse } from "./index.ts";

const key = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "root", signer: key() });
const leaf = await forgeCertificate({ name: "leaf", issuer: root, signer: key() });
const thisUpdate = new Date("2026-11-24T00:00:00Z");
const nextUpdate = new Date("2026-11-25T00:00:00Z");
const answer: ForgedAnswer = { about: leaf, issuer: root, thisUpdate, nextUpdate };
const usual: ForgedResponseFields = { responder: root, producedAt: thisUpdate, answers: [answer] };

test("a response reads as it was made, by key", async () => {
  const response = await forgeResponse({ ...usual, nonce: Uint8Array.of(1, 2, 3), certificates: [root.certificate] });
  assert.equal(response.responder.byKey?.length, 20);
  assert.equal(response.responder.byName, undefined);
  assert.deepEqual(response.producedAt, thisUpdate);
  assert.deepEqual(response.nonce, Uint8Array.of(1, 2, 3));
  assert.deepEqual(response.certificates, [root.certificate.der]);
  assert.deepEqual(response.signatureIdentifier, algorithms.ES256.signatureIdentifier);
  const [single, ...others] = response.responses;
  assert.equal(others.length, 0);
  assert.deepEqual(single?.id, certificateId(leaf.certificate, root.certificate, "SHA-1"));
  assert.deepEqual(
    [single?.status, single?.thisUpdate, single?.nextUpdate],
    [{ state: "good" }, thisUpdate, nextUpdate],
  );
});

test("by name, without next update, nonce or certificates", async () => {
  const answers = [{ ...answer, nextUpdate: undefined }];
  const response = await forgeResponse({ ...usual, named: "by name", answers });
  assert.deepEqual(response.responder.byName?.der, root.certificate.subject.der);
  assert.deepEqual([response.nonce, response.certificates, response.extensions], [undefined, [], []]);
  assert.equal(response.responses[0]?.nextUpdate, undefined);
});

test("every status, in one response", async () => {
  const revokedAt = new Date("2026-11-01T00:00:00Z");
  const statuses = ["good", "unknown", { revokedAt }, { revokedAt, reason: 1 }] as const;
  const response = await forgeResponse({ ...usual, answers: statuses.map((status) => ({ ...answer, status })) });
  assert.deepEqual(
    response.responses.map(({ status }) => status),
    [
      { state: "good" },
      { state: "unknown" },
      { state: "revoked", revokedAt },
      { state: "revoked", revokedAt, reason: 1 },
    ],
  );
});

test("extensions of an answer: archive cutoff, CRL reference, invalidity date (4.4)", async () => {
  const time = new Date("2020-01-01T00:00:00Z");
  const reference = encodeSequence(
    encodeTagged(0, encodeIa5String("http://ca.example/a.crl")),
    encodeTagged(1, encodeInteger(9)),
    encodeTagged(2, encodeGeneralizedTime(time)),
  );
  const extensions = [
    extension(oids.ocspArchiveCutoff, encodeGeneralizedTime(time)),
    extension(oids.ocspCrl, reference),
    extension(oids.invalidityDate, encodeGeneralizedTime(thisUpdate)),
  ];
  const [single] = (await forgeResponse({ ...usual, answers: [{ ...answer, extensions }] })).responses;
  assert.deepEqual(single?.archiveCutoff, time);
  assert.deepEqual(single?.crlReference, { url: "http://ca.example/a.crl", number: 9n, time });
  assert.deepEqual(single?.invalidityDate, thisUpdate);
  const bare = [extension(oids.ocspCrl, encodeSequence())];
  const [other] = (await forgeResponse({ ...usual, answers: [{ ...answer, extensions: bare }] })).responses;
  assert.deepEqual(other?.crlReference, {});
});

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));

/** The parts of a response one by one, so that a test may put another in the place of any. */
const single = {
  id: encodeCertificateId({ ...certificateId(leaf.certificate, root.certificate, "SHA-1"), digest: "SHA-1" }),
  status: hex("8000"),
  thisUpdate: encodeGeneralizedTime(thisUpdate),
  nextUpdate: encodeTagged(0, encodeGeneralizedTime(nextUpdate)),
  extensions: new Uint8Array(0),
};
const data = {
  version: new Uint8Array(0),
  responder: encodeTagged(2, encodeOctetString(new Uint8Array(20))),
  producedAt: encodeGeneralizedTime(thisUpdate),
  responses: encodeSequence(encodeSequence(...Object.values(single))),
  extensions: new Uint8Array(0),
};
const basic = {
  tbs: encodeSequence(...Object.values(data)),
  signatureIdentifier: algorithms.ES256.signatureIdentifier,
  signature: encodeBitString(Uint8Array.of(1)),
  certificates: new Uint8Array(0),
};
const withBasic = (changed: Partial<Record<keyof typeof basic, Uint8Array>>, type: string = oids.ocspBasic) =>
  successfulResponse(
    encodeSequence(encodeOid(type), encodeOctetString(encodeSequence(...Object.values({ ...basic, ...changed })))),
  );
const withData = (changed: Partial<Record<keyof typeof data, Uint8Array>>) =>
  withBasic({ tbs: encodeSequence(...Object.values({ ...data, ...changed })) });
const withSingle = (changed: Partial<Record<keyof typeof single, Uint8Array>>) =>
  withData({ responses: encodeSequence(encodeSequence(...Object.values({ ...single, ...changed }))) });
const time = (text: string) => encodeTagLengthValue(tags.generalizedTime, new TextEncoder().encode(text));
const inExtensions = (oid: string, value: Uint8Array) => encodeTagged(1, encodeExtensions([extension(oid, value)]));

test("the parts make a response", () => {
  assert.equal(parseOcspResponse(withSingle({})).responses.length, 1);
  assert.equal(parseOcspResponse(withData({ responses: encodeSequence() })).responses.length, 0);
  assert.deepEqual(parseOcspResponse(withBasic({ certificates: encodeTagged(0, encodeSequence()) })).certificates, []);
});

describe("a responder's error is refused with its name", () => {
  for (const [status, name] of [
    [1, "malformedRequest"],
    [2, "internalError"],
    [3, "tryLater"],
    [5, "sigRequired"],
    [6, "unauthorized"],
  ] as const)
    test(name, () => {
      const der = encodeSequence(encodeInteger(status, tags.enumerated));
      assert.throws(() => parseOcspResponse(der), { code: "NAT_OCSP_UNSUCCESSFUL", detail: name });
    });
});

const certificates = (count: number) =>
  encodeTagged(0, encodeSequenceOf(Array.from({ length: count }, () => root.certificate.der)));
const answers = (count: number) =>
  encodeSequenceOf(
    Array.from({ length: count }, () => encodeSequence(...Object.values({ ...single, nextUpdate: hex("") }))),
  );

test("as many certificates and answers as are read", () => {
  assert.equal(parseOcspResponse(withBasic({ certificates: certificates(16) })).certificates.length, 16);
  assert.equal(parseOcspResponse(withData({ responses: answers(256) })).responses.length, 256);
});

describe("refused", () => {
  const error = (status: number, ...parts: Uint8Array[]) =>
    encodeSequence(encodeInteger(status, tags.enumerated), ...parts);
  for (const [what, der, code] of [
    ["status 4", error(4), "NAT_OCSP_FORM"],
    ["status 7", error(7), "NAT_OCSP_FORM"],
    ["an error with a response", error(3, encodeTagged(0, encodeSequence())), "NAT_OCSP_FORM"],
    ["success without a response", error(0), "NAT_DER_TAG"],
    ["bytes after it", concatBytes(withBasic({}), hex("00")), "NAT_DER_TRAILING"],
    ["a field after the response", encodeSequence(withBasic({}).subarray(3), encodeNull()), "NAT_DER_TRAILING"],
    ["another type", withBasic({}, "1.3.6.1.5.5.7.48.1.99"), "NAT_OCSP_TYPE"],
    ["more than is read", new Uint8Array((1 << 16) + 1), "NAT_DER_SIZE"],
    ["version 1 written out", withData({ version: encodeTagged(0, encodeInteger(0)) }), "NAT_OCSP_FORM"],
    ["version 2", withData({ version: encodeTagged(0, encodeInteger(1)) }), "NAT_OCSP_FORM"],
    ["a responder of neither kind", withData({ responder: encodeTagged(3, encodeNull()) }), "NAT_DER_TAG"],
    [
      "a key hash of 32 octets",
      withData({ responder: encodeTagged(2, encodeOctetString(new Uint8Array(32))) }),
      "NAT_OCSP_FORM",
    ],
    ["a name that is none", withData({ responder: encodeTagged(1, encodeNull()) }), "NAT_DER_TAG"],
    ["produced at a UTCTime", withData({ producedAt: hex("170d3236303130313030303030305a") }), "NAT_DER_TAG"],
    ["a fraction of a second", withData({ producedAt: time("20261124000000.5Z") }), "NAT_DER_TIME"],
    ["a time without seconds", withSingle({ thisUpdate: time("202611240000Z") }), "NAT_DER_TIME"],
    ["a time of another zone", withSingle({ thisUpdate: time("20261124000000+0100") }), "NAT_DER_TIME"],
    ["next update not explicit", withSingle({ nextUpdate: time("20261125000000Z") }), "NAT_DER_TRAILING"],
    ["good with content", withSingle({ status: hex("800100") }), "NAT_OCSP_FORM"],
    ["unknown with content", withSingle({ status: hex("82020500") }), "NAT_OCSP_FORM"],
    ["a status that does not exist", withSingle({ status: hex("8300") }), "NAT_DER_TAG"],
    ["revoked at no time", withSingle({ status: hex("a100") }), "NAT_DER_TAG"],
    [
      "reason 7",
      withSingle({ status: encodeTagLengthValue(0xa1, time("20261124000000Z"), hex("a0030a0107")) }),
      "NAT_OCSP_FORM",
    ],
    [
      "a reason as INTEGER",
      withSingle({ status: encodeTagLengthValue(0xa1, time("20261124000000Z"), hex("a003020101")) }),
      "NAT_DER_TAG",
    ],
    [
      "an empty list of extensions",
      withSingle({ extensions: encodeTagged(1, encodeSequence()) }),
      "NAT_X509_EXTENSIONS",
    ],
    [
      "an archive cutoff that is none",
      withSingle({ extensions: inExtensions(oids.ocspArchiveCutoff, encodeNull()) }),
      "NAT_DER_TAG",
    ],
    [
      "a CRL reference that is none",
      withSingle({ extensions: inExtensions(oids.ocspCrl, encodeSequence(encodeNull())) }),
      "NAT_DER_TRAILING",
    ],
    [
      "a CRL address that is no IA5String",
      withSingle({ extensions: inExtensions(oids.ocspCrl, encodeSequence(encodeTagged(0, encodeUtf8String("a")))) }),
      "NAT_DER_TAG",
    ],
    [
      "a nonce that is no OCTET STRING",
      withData({ extensions: inExtensions(oids.ocspNonce, hex("0102")) }),
      "NAT_DER_TAG",
    ],
    ["an empty nonce", withData({ extensions: inExtensions(oids.ocspNonce, hex("0400")) }), "NAT_OCSP_FORM"],
    [
      "a nonce of 129 octets",
      withData({ extensions: inExtensions(oids.ocspNonce, encodeOctetString(new Uint8Array(129))) }),
      "NAT_OCSP_FORM",
    ],
    ["257 answers", withData({ responses: answers(257) }), "NAT_OCSP_LIMIT"],
    ["17 certificates", withBasic({ certificates: certificates(17) }), "NAT_OCSP_LIMIT"],
    [
      "a certificate that is no SEQUENCE",
      withBasic({ certificates: encodeTagged(0, encodeSequence(encodeNull())) }),
      "NAT_DER_TAG",
    ],
    ["a signature with unused bits", withBasic({ signature: hex("03020180") }), "NAT_DER_BIT_STRING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseOcspResponse(der),
        (thrown) => isNatalisError(thrown, code),
      ),
    );
});

test("any byte changed gives a catalogue error or a response", async () => {
  const whole = await forgeResponseBytes({ ...usual, nonce: new Uint8Array(8), certificates: [leaf.certificate] });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (place, mask) => {
      try {
        parseOcspResponse(whole.with(place, (whole[place] as number) ^ mask));
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
