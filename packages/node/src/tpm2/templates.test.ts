// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithms } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { attributesValue, encodePublicArea, parsePublicArea, type PublicArea } from "natalis/protect";
import { algorithmOfKey, attestationTemplate, keyTemplate, storageTemplate } from "./templates.ts";

const { ES256, ES384, EdDSA } = algorithms;
const isKey = (error: unknown) => isNatalisError(error, "NAT_TPM_KEY");

test("attributes, curves and schemes", () => {
  const cases: readonly (readonly [template: PublicArea, attributes: number, scheme: string | undefined])[] = [
    [storageTemplate, 0x0003_0472, undefined],
    [attestationTemplate("P-256"), 0x0005_0472, "SHA-256"],
    [attestationTemplate("P-384"), 0x0005_0472, "SHA-384"],
    [keyTemplate(ES256), 0x0004_0472, "SHA-256"],
    [keyTemplate(ES384), 0x0004_0472, "SHA-384"],
  ];
  for (const [template, attributes, digest] of cases) {
    assert.equal(attributesValue(template.attributes), attributes);
    assert.deepEqual(template.scheme, digest === undefined ? undefined : { name: "ECDSA", digest });
    assert.equal(template.policy.length, 0);
    assert.deepEqual(encodePublicArea(parsePublicArea(encodePublicArea(template))), encodePublicArea(template));
  }
});

test("the algorithm of a key, and keys that have none", () => {
  assert.equal(algorithmOfKey(keyTemplate(ES256)), ES256);
  assert.equal(algorithmOfKey(keyTemplate(ES384)), ES384);
  assert.equal(algorithmOfKey({ ...keyTemplate(ES256), scheme: undefined }), ES256);
  const none: readonly PublicArea[] = [
    storageTemplate,
    attestationTemplate("P-256"),
    { ...keyTemplate(ES256), scheme: { name: "ECDSA", digest: "SHA-384" } },
    { ...keyTemplate(ES256), scheme: { name: "ECDH", digest: "SHA-256" } },
    { ...keyTemplate(ES256), type: "RSA", scheme: undefined, keyBits: 2048, exponent: 0, modulus: new Uint8Array(256) },
  ];
  for (const area of none) assert.throws(() => algorithmOfKey(area), isKey);
  assert.throws(() => keyTemplate(EdDSA), isKey);
});
