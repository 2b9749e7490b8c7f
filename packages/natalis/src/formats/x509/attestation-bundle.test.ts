// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { toHex } from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import {
  encodeBoolean,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeTagged,
} from "../der/index.ts";
import {
  attestationAttribute,
  attestationBundleOf,
  type AttestationBundle,
  encodeAttestationBundle,
  parseAttestationBundle,
} from "./attestation-bundle.ts";
import { encodeCertificationRequestInfo, parseCertificationRequest } from "./certification-request.ts";
import { encodeName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { assembleSigned } from "./signed.ts";

const type = "1.3.6.1.5.5.7.1.35";
const statement = encodeOctetString(Uint8Array.of(1, 2, 3));
const refusal = { name: "NatalisError", code: "NAT_X509_ATTRIBUTE" };

const statements = fc
  .tuple(fc.nat(1_000_000), fc.uint8Array({ maxLength: 200 }))
  .map(([number, octets]) => ({ type: `1.3.6.1.4.1.${number}`, statement: encodeOctetString(octets) }));
const certificates = fc.array(
  fc.nat().map((number) => encodeSequence(encodeInteger(number))),
  { maxLength: 32 },
);
const bundles: fc.Arbitrary<AttestationBundle> = fc
  .tuple(fc.array(statements, { minLength: 1, maxLength: 16 }), certificates)
  .map(([attestations, others]) => ({ attestations, certificates: others }));

test("a bundle is what it was", () => {
  fc.assert(
    fc.property(bundles, (bundle) => assert.deepEqual(parseAttestationBundle(encodeAttestationBundle(bundle)), bundle)),
  );
});

test("the layout of draft -25, octet by octet", () => {
  const oid = "06082b06010505070123";
  const bundle = { attestations: [{ type, statement }], certificates: [encodeSequence()] };
  assert.equal(toHex(encodeAttestationBundle(bundle)), `3017301130 0f${oid}0403010203 30023000`.replaceAll(" ", ""));
  const alone = { attestations: [{ type, statement }], certificates: [] };
  assert.equal(toHex(encodeAttestationBundle(alone)), `30133011300f${oid}0403010203`);
});

test("an attribute carries it in a request", () => {
  const { signer } = generateKey(algorithms.ES256);
  const bundle = { attestations: [{ type, statement }], certificates: [] };
  const subject = encodeName([{ oid: oids.commonName, value: "device" }]);
  const requestWith = (...attributes: ReturnType<typeof attestationAttribute>[]) => {
    const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey, attributes });
    const { signatureIdentifier } = signer.algorithm;
    return parseCertificationRequest(assembleSigned(info, signatureIdentifier, signer.sign(info)));
  };
  assert.deepEqual(attestationBundleOf(requestWith(attestationAttribute(bundle))), bundle);
  assert.equal(attestationBundleOf(requestWith()), undefined);
  const { oid, values } = attestationAttribute(bundle);
  assert.equal(oid, "1.2.840.113549.1.9.16.2.59");
  const twice = requestWith({ oid, values: [...values, encodeNull()] });
  assert.throws(() => attestationBundleOf(twice), refusal);
});

test("certificates in other formats are passed over, and those of CMS's past refused", () => {
  const one = encodeSequence(encodeSequence(encodeOid(type), statement));
  const [x509, other] = [encodeSequence(), encodeTagged(3, encodeOid(type))];
  const read = parseAttestationBundle(encodeSequence(one, encodeSequence(other, x509)));
  assert.deepEqual(read.certificates, [x509]);
  for (const kind of [0, 1, 2])
    assert.throws(() => parseAttestationBundle(encodeSequence(one, encodeSequence(encodeTagged(kind, x509)))), refusal);
});

test("empty, longer and earlier layouts are refused", () => {
  const one = encodeSequence(encodeOid(type), statement);
  const bad = [
    [encodeSequence(encodeSequence()), "NAT_X509_ATTRIBUTE"],
    [encodeSequence(encodeSequence(one), encodeSequence()), "NAT_X509_ATTRIBUTE"],
    [encodeSequence(encodeSequence(...Array.from({ length: 17 }, () => one))), "NAT_X509_ATTRIBUTE"],
    [encodeSequence(encodeSequence(one), encodeSequence(encodeSequence()), encodeNull()), "NAT_DER_TRAILING"],
    [encodeSequence(encodeSequence(encodeSequence(encodeOid(type)))), "NAT_DER_TAG"],
    // Drafts 17 to 23: bindsPublicKey before the statement; the hint of earlier ones after it.
    [
      encodeSequence(encodeSequence(encodeSequence(encodeOid(type), encodeBoolean(false), statement))),
      "NAT_DER_TRAILING",
    ],
    [encodeSequence(encodeSequence(encodeSequence(encodeOid(type), statement, statement))), "NAT_DER_TRAILING"],
  ] as const;
  for (const [der, code] of bad) assert.throws(() => parseAttestationBundle(der), { name: "NatalisError", code });
  assert.throws(() => encodeAttestationBundle({ attestations: [], certificates: [] }), refusal);
});
