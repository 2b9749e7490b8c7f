// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithmOfSignatureIdentifier,
  algorithms,
  attributeValues,
  oids,
  parseCertificationRequest,
  tags,
} from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import { buildCertificationRequest } from "./index.ts";

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: the request names its unit and is signed by its own key`, async () => {
    const { signer } = generateKey(algorithm);
    const request = parseCertificationRequest(await buildCertificationRequest({ serial: "SN-0001", signer }));
    assert.deepEqual(attributeValues(request.subject, oids.serialNumber), ["SN-0001"]);
    assert.deepEqual(request.publicKey, signer.publicKey);
    assert.equal(algorithmOfSignatureIdentifier(request.signatureIdentifier), algorithm);
    assert.ok(nodeSignatureVerifier.verify(algorithm, request.publicKey, request.info, request.signature));
  });

test("serial numbers of 1 to 64 characters, as PrintableString has them", async () => {
  const { signer } = generateKey(algorithms.ES256);
  for (const serial of ["0", "a".repeat(64), "A-1 (rev. B)/2:3=4?'+,"]) {
    const { subject } = parseCertificationRequest(await buildCertificationRequest({ serial, signer }));
    assert.deepEqual(subject.relativeNames, [[{ oid: oids.serialNumber, tag: tags.printableString, value: serial }]]);
  }
});

test("refused: an empty or too long serial number, by name", async () => {
  const { signer } = generateKey(algorithms.ES256);
  for (const serial of ["", "a".repeat(65)])
    await assert.rejects(buildCertificationRequest({ serial, signer }), { code: "NAT_DEVICE_SERIAL" });
});

test("a request asks for nothing but its name: no extensions, no attributes", async () => {
  const { signer } = generateKey(algorithms.ES256);
  const request = parseCertificationRequest(await buildCertificationRequest({ serial: "SN-0001", signer }));
  assert.deepEqual([request.attributes, request.requestedExtensions], [[], []]);
});

test("serial numbers that no certificate can carry are refused", async () => {
  const { signer } = generateKey(algorithms.ES256);
  for (const serial of ["", "a".repeat(65), "ü", "a_b", "\n"])
    await assert.rejects(
      buildCertificationRequest({ serial, signer }),
      (error) => isNatalisError(error),
      JSON.stringify(serial),
    );
});
