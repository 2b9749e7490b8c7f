// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  type AttestationBundle,
  assembleSigned,
  attestationAttribute,
  type CborValue,
  encodeCbor,
  encodeCborCmw,
  encodeCertificationRequestInfo,
  encodeCmwExtension,
  encodeJsonCmw,
  encodeName,
  encodeNull,
  encodeX5chain,
  oids,
  parseCertificationRequest,
  type RequestAttribute,
} from "../../formats/index.ts";
import { encodeUtf8 } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import { forgeToken } from "../../testing/evidence-forge.ts";
import { parseEatStatement } from "../eat/token.ts";
import {
  encodeEvidenceCmw,
  encodeEvidenceJson,
  evidenceAttribute,
  type EvidenceMessage,
  evidenceOfRequest,
  parseEvidenceCmw,
  parseEvidenceJson,
} from "../index.ts";

const { signer } = generateKey(algorithms.ES256);
const { certificate } = await forgeCertificate({ name: "attester", signer });
const refusal = { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" };
const unknownType = { name: "NatalisError", code: "NAT_EVIDENCE_TYPE" };

const names = fc.constantFrom("vendor-idevid", "x509-attestation", "eat", "dice", "tpm2-certify", "webauthn-tpm");
const message: fc.Arbitrary<EvidenceMessage> = fc
  .tuple(names, fc.uint8Array())
  .map(([format, statement]) => ({ format, statement }));
const messages = fc.array(message, { minLength: 1, maxLength: 8 });

function requestWith(...attributes: readonly RequestAttribute[]) {
  const subject = encodeName([{ oid: oids.commonName, value: "device" }]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey, attributes });
  return parseCertificationRequest(assembleSigned(info, signer.algorithm.signatureIdentifier, signer.sign(info)));
}

test("evidence is what it was, in JSON, in wrappers and in a request", async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (all) => {
      assert.deepEqual(parseEvidenceJson(encodeEvidenceJson(all)), all);
      for (const one of all) assert.deepEqual(parseEvidenceCmw(encodeEvidenceCmw(one)), [one]);
      assert.deepEqual(evidenceOfRequest(requestWith(evidenceAttribute(all))), all);
    }),
    { numRuns: 30 },
  );
});

test("a request without the attribute carries none", async () => {
  assert.deepEqual(evidenceOfRequest(requestWith()), []);
});

const statement = Uint8Array.of(1, 2, 3);

test("tokens by their media type, with whatever profile, and by their content format", () => {
  const types = ["application/eat+cwt", "Application/EAT+CWT", 'application/eat+cwt; eat_profile="tag:x,2026:y"', 263];
  for (const type of types) {
    assert.deepEqual(parseEvidenceCmw(encodeCborCmw({ type, value: statement })), [{ format: "eat", statement }]);
    const json = encodeUtf8(encodeJsonCmw({ type, value: statement, indicator: 4 }));
    assert.deepEqual(parseEvidenceCmw(json), [{ format: "eat", statement }]);
  }
});

test("messages that are no evidence, or of unknown types, are refused", () => {
  for (const indicator of [1, 2, 8, 16])
    assert.throws(
      () => parseEvidenceCmw(encodeCborCmw({ type: "application/eat+cwt", value: statement, indicator })),
      unknownType,
    );
  for (const type of ["application/eat+jwt", "text/plain", 50])
    assert.throws(() => parseEvidenceCmw(encodeCborCmw({ type, value: statement })), unknownType);
  for (const type of ["application/vnd.natalis.evidence.a_b", "application/vnd.natalis.evidence.-"])
    assert.throws(() => parseEvidenceCmw(encodeCborCmw({ type, value: statement })), refusal);
  for (const bytes of [new Uint8Array(0), encodeUtf8("[]"), encodeCbor(1)])
    assert.throws(() => parseEvidenceCmw(bytes), refusal);
});

test("names that no format has are neither written nor read", () => {
  for (const format of ["", "A", "a b", "-a", "a".repeat(65), "a.b"]) {
    assert.throws(() => encodeEvidenceCmw({ format, statement }), refusal);
    assert.throws(() => parseEvidenceJson(encodeEvidenceJson([{ format, statement }])), refusal);
  }
});

test("more than eight statements are refused, however they come", async () => {
  const nine = Array.from({ length: 9 }, () => ({ format: "dice", statement }));
  assert.throws(() => parseEvidenceJson(encodeEvidenceJson(nine)), refusal);
  const request = requestWith(evidenceAttribute(nine));
  assert.throws(() => evidenceOfRequest(request), refusal);
  const type = "application/eat+cwt";
  const collection = encodeCbor(new Map(nine.map((_, i) => [i, [type, statement] as CborValue])));
  assert.throws(() => parseEvidenceCmw(collection), refusal);
});

test("other JSON is refused", () => {
  const bad = [
    "",
    "{}",
    "[1]",
    "[{}]",
    '[{"format":"eat"}]',
    '[{"format":1,"statement":""}]',
    '[{"format":"eat","statement":"_"}]',
  ];
  for (const text of bad) assert.throws(() => parseEvidenceJson(text), refusal, text);
});

const bundleWith = (bundle: AttestationBundle) => requestWith(attestationAttribute(bundle));
const wrapped = (value: Uint8Array, type = "application/eat+cwt") => ({
  type: oids.conceptualMessageWrapper,
  statement: encodeCmwExtension({ type, value }),
});

test("certificates of the bundle go to tokens that carry none", async () => {
  const token = await forgeToken(signer, [[10, statement]]);
  const own = await forgeToken(signer, [[10, statement]], new Map([[33, encodeX5chain([certificate.der])]]));
  const attestations = [wrapped(token), wrapped(own), wrapped(statement, "application/vnd.natalis.evidence.dice")];
  const request = bundleWith({ attestations, certificates: [certificate.der] });
  const [first, second, third] = evidenceOfRequest(request);
  assert.deepEqual(
    parseEatStatement(first?.statement ?? statement).certificates.map(({ der }) => der),
    [certificate.der],
  );
  assert.deepEqual(second, { format: "eat", statement: own });
  assert.deepEqual(third, { format: "dice", statement });
  const alone = evidenceOfRequest(bundleWith({ attestations: [wrapped(token)], certificates: [] }));
  assert.deepEqual(alone, [{ format: "eat", statement: token }]);
});

test("statements of other types, and malformed ones, are refused", async () => {
  // TCG's quote, and an OID that nobody has.
  for (const type of ["2.23.133.20.2", "1.3.6.1.4.1.32473.9"]) {
    const other = bundleWith({ attestations: [{ type, statement: encodeNull() }], certificates: [] });
    assert.throws(() => evidenceOfRequest(other), unknownType);
  }
  const type = oids.conceptualMessageWrapper;
  const empty = bundleWith({ attestations: [{ type, statement: encodeNull() }], certificates: [] });
  assert.throws(() => evidenceOfRequest(empty), refusal);
  const malformed = bundleWith({ attestations: [wrapped(statement)], certificates: [certificate.der] });
  assert.throws(() => evidenceOfRequest(malformed), refusal);
  const twice = requestWith({ oid: oids.attestation, values: [encodeNull(), encodeNull()] });
  assert.throws(() => evidenceOfRequest(twice), refusal);
});
