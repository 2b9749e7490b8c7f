// SPDX-License-Identifier: Apache-2.0
// TCG's statement in a request, verified as what it is, and what is missing of it told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  attestationAttribute,
  encodeCertificationRequestInfo,
  encodeName,
  encodeOctetString,
  encodeSequence,
  parseCertificationRequest,
} from "../../formats/index.ts";
import { type Signer, toHex } from "../../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../../testing/certificate-forge.ts";
import { attestationExtensions, forgeArea, forgeCertify, forgeTpmCertificate } from "../../testing/tpm-forge.ts";
import { bindingValue } from "../evidence.ts";
import { encodePublicArea } from "../tpm/public-area.ts";
import { encodeTpmSignature } from "../tpm/signature.ts";
import { webauthnTpm } from "../tpm/webauthn-tpm.ts";
import { evidenceOfRequest } from "./request.ts";

const key = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "attestation root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "attestation issuing",
  issuer: root,
  signer: key(),
  extensions: authorityExtensions(0),
});
const attestation = await forgeTpmCertificate(issuing, key(), attestationExtensions());
const device = key();
const binding = {
  publicKey: device.publicKey,
  nonce: nodeEntropy.bytes(32),
  factsHash: nodeEntropy.bytes(32),
};
const value = bindingValue(binding, nodeHash) as Uint8Array;
const area = forgeArea(device, ["sign"]);
const said = await forgeCertify(attestation.signer, area, nodeHash.sha256(value));
const certificates = [root, attestation, issuing].map(({ certificate }) => certificate.der);
const context = {
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [{ name: "authority", certificate: root.certificate, formats: ["webauthn-tpm"], cap: 3 as const }],
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
};

const parts = [said.attest, said.signature, encodePublicArea(area)];
const statementOf = (...fields: readonly Uint8Array[]) =>
  encodeSequence(...fields.map((field) => encodeOctetString(field)));

async function requestWith(
  statement: Uint8Array,
  along: readonly Uint8Array[] = certificates,
  signer: Signer = device,
) {
  const bundle = { attestations: [{ type: "2.23.133.20.1", statement }], certificates: along };
  const attributes = [attestationAttribute(bundle)];
  const subject = encodeName([{ oid: "2.5.4.3", value: "device" }]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey, attributes });
  const { signatureIdentifier } = signer.algorithm;
  return parseCertificationRequest(assembleSigned(info, signatureIdentifier, await signer.sign(info)));
}

test("it is verified as webauthn-tpm, whatever the order of the certificates", async () => {
  for (const along of [certificates, certificates.toReversed(), certificates.slice(1)]) {
    const [message, other] = evidenceOfRequest(await requestWith(statementOf(...parts), along));
    assert.equal(other, undefined);
    assert.equal(message?.format, "webauthn-tpm");
    const found = await webauthnTpm.verify(message?.statement ?? new Uint8Array(0), binding, context);
    assert.deepEqual([found.custody, found.root?.name], [3, "authority"]);
  }
});

test("made for another birth, or of another key, it proves nothing", async () => {
  const [message] = evidenceOfRequest(await requestWith(statementOf(...parts)));
  const statement = message?.statement ?? new Uint8Array(0);
  const nonce = nodeEntropy.bytes(32);
  await assert.rejects(webauthnTpm.verify(statement, { ...binding, nonce }, context), {
    code: "NAT_EVIDENCE_FRESHNESS",
  });
  const { publicKey } = key();
  await assert.rejects(webauthnTpm.verify(statement, { ...binding, publicKey }, context), {
    code: "NAT_EVIDENCE_KEY",
  });
});

test("what no format could verify is refused as such", async () => {
  const [attest, signature, publicArea] = parts as [Uint8Array, Uint8Array, Uint8Array];
  const rsaSha1 = encodeTpmSignature({ scheme: "RSAPSS", digest: "SHA-1", value: new Uint8Array(256) });
  const second = await forgeTpmCertificate(issuing, key(), attestationExtensions());
  const cases: readonly (readonly [what: string, statement: Uint8Array, along?: readonly Uint8Array[]])[] = [
    ["without the key", statementOf(attest, signature)],
    ["a signature that no format has", statementOf(attest, rsaSha1, publicArea)],
    ["without a certificate of the attestation key", statementOf(...parts), []],
    ["with authorities alone", statementOf(...parts), [issuing.certificate.der, root.certificate.der]],
    ["with two attestation keys", statementOf(...parts), [...certificates, second.certificate.der]],
  ];
  for (const [what, statement, along] of cases) {
    const request = await requestWith(statement, along);
    assert.throws(() => evidenceOfRequest(request), { name: "NatalisError", code: "NAT_EVIDENCE_TYPE" }, what);
  }
});

test("what is not of that layout is malformed", async () => {
  const bad = [
    encodeSequence(),
    statementOf(...parts.slice(0, 1)),
    statementOf(...parts, ...parts.slice(0, 1)),
    statementOf(parts[0] as Uint8Array, Uint8Array.of(1), parts[2] as Uint8Array),
    encodeOctetString(Uint8Array.of(1)),
  ];
  for (const statement of bad) {
    const request = await requestWith(statement);
    const refusal = { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" };
    assert.throws(() => evidenceOfRequest(request), refusal, toHex(statement).slice(0, 40));
  }
});
