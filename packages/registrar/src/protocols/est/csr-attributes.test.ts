// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  algorithms,
  encodeOid,
  oids,
  parseCsrAttributes,
  parseRequestTemplate,
  publicKeyAlgorithm,
} from "natalis/formats";
import { parseProfile } from "natalis/issue";
import { csrAttributesOf } from "./csr-attributes.ts";

function attributesOf(names: readonly string[], models?: readonly string[]) {
  const profile = parseProfile({
    product: "meter",
    version: 1,
    maker: "Example Makers",
    ...(models && { models }),
    productNumber: 1,
    algorithms: names,
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
  });
  const all = parseCsrAttributes(csrAttributesOf(profile));
  const template = all.at(-1);
  assert.equal(template?.oid, oids.certificationRequestInfoTemplate);
  return { single: all.slice(0, -1), template: parseRequestTemplate(template.values?.[0] as Uint8Array) };
}

test("P-256: the curve, the signature, the serial number, both ways", () => {
  const { single, template } = attributesOf(["ES256"], ["M-1"]);
  assert.deepEqual(single, [
    { oid: "1.2.840.10045.2.1", values: [encodeOid("1.2.840.10045.3.1.7")] },
    { oid: "1.2.840.10045.4.3.2" },
    { oid: oids.serialNumber },
  ]);
  assert.deepEqual(template, {
    subject: [[{ oid: oids.serialNumber }]],
    publicKey: { algorithm: publicKeyAlgorithm(algorithms.ES256) },
    attributes: [],
  });
});

test("the model is asked for where the product line has more than one", () => {
  for (const models of [undefined, ["M-1", "M-2"]]) {
    const { single, template } = attributesOf(["ES256"], models);
    assert.deepEqual(single.at(-1), { oid: oids.organizationalUnitName });
    assert.deepEqual(template.subject?.at(-1), [{ oid: oids.organizationalUnitName }]);
  }
});

test("of several algorithms the first is asked for", () => {
  const { single, template } = attributesOf(["ML-DSA-44", "ES256", "EdDSA"]);
  assert.deepEqual(single[0], { oid: "2.16.840.1.101.3.4.3.17", values: [] });
  assert.equal(
    single.some(({ oid }) => oid === "1.2.840.10045.2.1"),
    false,
  );
  assert.deepEqual(template.publicKey?.algorithm, publicKeyAlgorithm(algorithms["ML-DSA-44"]));
});

test("where key and signature have one name it is said once", () => {
  const { single } = attributesOf(["EdDSA"], ["M-1"]);
  assert.deepEqual(single, [{ oid: "1.3.101.112", values: [] }, { oid: oids.serialNumber }]);
});
