// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import { algorithms, encodeInteger, type Extension } from "../../formats/index.ts";
import type { Signer } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import { evidenceBinding, evidenceRoot, freshSignature } from "../../testing/evidence-forge.ts";
import {
  type Certification,
  encodeChainStatement,
  type EvidenceBinding,
  type EvidenceContext,
  x509Attestation,
  withCertifications,
  x509AttestationFormat,
  yubikeyPiv,
} from "../index.ts";
import { readYubikeyStatement } from "./yubikey-piv.ts";

const arc = "1.3.6.1.4.1.41482.3";
const own = (number: number, ...octets: number[]) => extension(`${arc}.${number}`, Uint8Array.from(octets));
const key = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const slot = await forgeCertificate({
  name: "attestation",
  issuer: root,
  signer: key(),
  extensions: [own(3, 5, 7, 4), ...authorityExtensions(0)],
});
const stated = [own(3, 5, 7, 4), extension(`${arc}.7`, encodeInteger(15_732_500)), own(8, 3, 2), own(9, 3)];
const attest = (extensions: readonly Extension[] = stated, issuer: Forged = slot, signer: Signer = key()) =>
  forgeCertificate({ name: "YubiKey PIV Attestation 9a", issuer, signer, extensions });

const context: EvidenceContext = {
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [evidenceRoot(root, [x509AttestationFormat])],
  hash,
  verifier,
};
const format = x509Attestation([yubikeyPiv]);

async function statementOf(leaf: Forged, issuers: readonly Forged[] = [slot], binding?: EvidenceBinding) {
  const certificates = [leaf, ...issuers].map(({ certificate }) => certificate.der);
  const signature = await freshSignature(leaf.signer, binding ?? evidenceBinding(leaf.signer.publicKey));
  return encodeChainStatement({ certificates, signature });
}

const verify = async (leaf: Forged, issuers?: readonly Forged[]) =>
  format.verify(await statementOf(leaf, issuers), evidenceBinding(leaf.signer.publicKey), context);
const refuses = (code: string, found: Promise<unknown>) => assert.rejects(found, { name: "NatalisError", code });

test("a key that the YubiKey made, and that signed our nonce, is of custody 3", async () => {
  const { custody, hardware, details, root: found } = await verify(await attest());
  assert.equal(custody, 3);
  assert.equal(found?.name, "test root");
  assert.deepEqual(hardware, { manufacturer: "Yubico", model: "YubiKey", firmware: "5.7.4" });
  assert.deepEqual(details, [
    ["vendor", "YubiKey PIV"],
    ["serial number", "15732500"],
    ["slot", "9a"],
    ["PIN policy", "always"],
    ["touch policy", "always"],
    ["form factor", "USB-C keychain"],
  ]);
});

test("editions are told apart", async () => {
  const [firmware, serial, policy] = stated as [Extension, Extension, Extension];
  for (const [extensions, model] of [
    [[...stated, own(10)], "YubiKey FIPS"],
    [[...stated, own(11)], "YubiKey CSPN"],
    [[firmware, serial, policy, own(9, 0x81)], "YubiKey FIPS"],
    [[firmware, serial, policy, own(9, 0x41)], "YubiKey"],
  ] as const)
    assert.equal((await verify(await attest(extensions))).hardware?.model, model);
});

test("a certificate of one model and firmware makes 4 of exactly these", async () => {
  const row: Certification = {
    scheme: "FIPS 140-3",
    certificate: "test certificate",
    level: "level 2",
    manufacturer: "Yubico",
    model: "YubiKey FIPS",
    firmware: ["5.7.4"],
    validFrom: new Date("2026-01-01T00:00:00Z"),
    source: "a test",
    reviewed: new Date("2026-11-24T00:00:00Z"),
  };
  const certified = withCertifications(format, [row]);
  const policy = own(8, 3, 2);
  for (const [extensions, custody] of [
    [[own(3, 5, 7, 4), policy, own(9, 0x81)], 4],
    [[own(3, 5, 7, 3), policy, own(9, 0x81)], 3],
    [[own(3, 5, 7, 4), policy, own(9, 0x01)], 3],
    [[own(3, 5, 7, 4), policy, own(9, 0x01), own(11)], 3],
  ] as const) {
    const leaf = await attest(extensions);
    const found = await certified.verify(await statementOf(leaf), evidenceBinding(leaf.signer.publicKey), context);
    assert.equal(found.custody, custody);
  }
});

test("statements as YubiKeys write them", async () => {
  const cases: readonly (readonly [readonly Extension[], object])[] = [
    [[own(3, 4, 3, 7), own(8, 2, 1)], { firmware: [4, 3, 7], pinPolicy: "once", touchPolicy: "never" }],
    [[own(3, 5, 4, 3), own(8, 1, 3), own(9, 0x83)], { touchPolicy: "cached", formFactor: "USB-C keychain" }],
    [[own(3, 5, 7, 0), own(8, 5, 0), own(9, 7)], { pinPolicy: "match always", touchPolicy: "default" }],
    [[own(3, 5, 7, 0), own(8, 9, 9), own(9, 0x0f)], { pinPolicy: "unknown (9)", formFactor: "unknown (15)" }],
  ];
  for (const [extensions, expected] of cases) {
    const { certificate } = await attest(extensions);
    const statement = readYubikeyStatement(certificate);
    assert.deepEqual({ ...statement, ...expected }, statement);
  }
});

test("statements of other lengths are malformed", async () => {
  const bad = [[own(8, 1, 1)], [own(3, 5, 7), own(8, 1, 1)], [own(3, 5, 7, 4), own(8, 1)]];
  const longer = [
    [...stated.slice(0, 3), own(9, 1, 1)],
    [...stated.slice(0, 1), own(7, 2, 1), own(8, 1, 1)],
  ];
  for (const extensions of [...bad, ...longer])
    await refuses("NAT_EVIDENCE_MALFORMED", verify(await attest(extensions)));
});

test("evidence of one birth is none of another", async () => {
  const leaf = await attest();
  const statement = await statementOf(leaf, [slot], evidenceBinding(leaf.signer.publicKey, "another"));
  await refuses("NAT_EVIDENCE_FRESHNESS", format.verify(statement, evidenceBinding(leaf.signer.publicKey), context));
  const unsigned = encodeChainStatement({ certificates: [leaf, slot].map(({ certificate }) => certificate.der) });
  await refuses("NAT_EVIDENCE_FRESHNESS", format.verify(unsigned, evidenceBinding(leaf.signer.publicKey), context));
});

test("another key, an unknown vendor and an unknown root are refused", async () => {
  const leaf = await attest();
  await refuses("NAT_EVIDENCE_KEY", format.verify(await statementOf(leaf), evidenceBinding(key().publicKey), context));
  await refuses("NAT_EVIDENCE_MALFORMED", verify(await attest([])));
  const binding = evidenceBinding(leaf.signer.publicKey);
  await refuses("NAT_EVIDENCE_ROOT", format.verify(await statementOf(leaf), binding, { ...context, roots: [] }));
});

test("without our nonce, custody is 1", async () => {
  const leaf = await attest();
  const { nonce, ...unbound } = evidenceBinding(leaf.signer.publicKey);
  assert.equal(nonce.length, 32);
  assert.equal((await format.verify(await statementOf(leaf), unbound, context)).custody, 1);
});

test("a slot's certificate of 2018, which does not say that it is an authority, issues", async () => {
  const silent = await forgeCertificate({ name: "f9", issuer: root, signer: key(), extensions: [own(3, 4, 3, 7)] });
  assert.equal((await verify(await attest(stated, silent), [silent])).custody, 3);
  const middle = await forgeCertificate({
    name: "middle",
    issuer: root,
    signer: key(),
    extensions: authorityExtensions(),
  });
  const longer = await forgeCertificate({ name: "f9", issuer: middle, signer: key(), extensions: [own(3, 5, 7, 0)] });
  assert.equal((await verify(await attest(stated, longer), [longer, middle])).custody, 3);
});

test("authorities may state what devices state, but for a key's policy", async () => {
  const extensions = [own(3, 5, 7, 4), extension(`${arc}.7`, encodeInteger(1)), own(9, 1), ...authorityExtensions(0)];
  const named = await forgeCertificate({ name: "f9", issuer: root, signer: key(), extensions });
  assert.equal((await verify(await attest(stated, named), [named])).custody, 3);
});

test("an attested key attests nothing, and neither does any other that is no authority", async () => {
  const attested = await attest();
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest(stated, attested), [attested, slot]));
  const withAuthority = await attest([...stated, ...authorityExtensions()]);
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest(stated, withAuthority), [withAuthority, slot]));
  const plain = await forgeCertificate({ name: "plain", issuer: root, signer: key() });
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest(stated, plain), [plain]));
  const above = await forgeCertificate({ name: "above", issuer: root, signer: key(), extensions: [own(3, 4, 3, 7)] });
  const below = await forgeCertificate({ name: "below", issuer: above, signer: key(), extensions: [own(3, 4, 3, 7)] });
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest(stated, below), [below, above]));
});

test("RSA keys of the generator that can be factored are refused", async () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const rsa = { ...key(), publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })) };
  const { nonce, ...unbound } = evidenceBinding(rsa.publicKey);
  assert.equal(nonce.length, 32);
  for (const [firmware, weak] of [
    [[4, 2, 5], false],
    [[4, 2, 6], true],
    [[4, 3, 4], true],
    [[4, 3, 5], false],
  ] as const) {
    const leaf = await attest([own(3, ...firmware), own(8, 1, 1)], slot, rsa);
    const statement = encodeChainStatement({ certificates: [leaf, slot].map(({ certificate }) => certificate.der) });
    const found = format.verify(statement, unbound, context);
    if (weak) await refuses("NAT_EVIDENCE_ATTRIBUTES", found);
    else assert.equal((await found).custody, 1);
  }
  assert.equal((await verify(await attest([own(3, 4, 3, 4), own(8, 1, 1)]))).custody, 3);
});
