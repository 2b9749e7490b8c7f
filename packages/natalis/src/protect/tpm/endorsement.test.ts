// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  encodeBasicConstraints,
  encodeExtendedKeyUsage,
  encodeName,
  encodeSequence,
  encodeTagLengthValue,
  encodeUtf8String,
  encodeOid,
  encodeKeyUsage,
  type Extension,
  oids,
  parseCertificate,
  tags,
  tpmCertificateTolerance,
} from "../../formats/index.ts";
import { concatBytes, fromBase64Url, isNatalisError } from "../../kernel/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  forgeCertificate,
  forgeCertificateList,
} from "../../testing/certificate-forge.ts";
import {
  endorsementExtensions,
  forgedTpmNames,
  forgeEndorsementArea,
  forgeTpm,
  type ForgedTpmOptions,
  tpmNames,
} from "../../testing/tpm-forge.ts";
import type { EvidenceContext, EvidenceRoot } from "../evidence.ts";
import { verifyEndorsement } from "./endorsement.ts";
import { endorsementTemplates } from "./endorsement-templates.ts";
import { encodePublicArea, type RsaPublicArea } from "./public-area.ts";

const at = new Date("2026-11-24T12:00:00Z");
const format = "tpm2-certify";
const newKey = (name: "ES256" | "ES384" = "ES256") => generateKey(algorithms[name]).signer;
const forge = (name: string, issuer?: Forged) =>
  forgeCertificate({ name, issuer, signer: newKey(), extensions: authorityExtensions() });
const root = await forge("maker's root");
const issuing = await forge("maker's issuing", root);
const otherRoot = await forge("another root");

const rootOf = ({ certificate }: Forged, more: Partial<EvidenceRoot> = {}): EvidenceRoot => ({
  name: "maker",
  certificate,
  formats: [format],
  cap: 3,
  ...more,
});
const contextOf = (...roots: EvidenceRoot[]): EvidenceContext => ({
  at,
  roots,
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
});
const context = contextOf(rootOf(root));
const endorsement = newKey();

const tpmOf = (options: Partial<ForgedTpmOptions> = {}) =>
  forgeTpm({ issuer: issuing, endorsement, attestation: newKey(), ...options });

async function verify(options: Partial<ForgedTpmOptions> = {}, by = context, above = [issuing.certificate.der]) {
  const { claim } = await tpmOf(options);
  const endorsementCertificates = [...claim.endorsementCertificates, ...above];
  return verifyEndorsement({ ...claim, endorsementCertificates }, format, by);
}

const replacing = (...changed: readonly Extension[]) => [
  ...endorsementExtensions().filter(({ oid }) => !changed.some((one) => one.oid === oid)),
  ...changed,
];
const lacking = (oid: string) => endorsementExtensions().filter((one) => one.oid !== oid);

suite("an endorsement key that the maker certified", () => {
  test("is found with its hardware and its root", async () => {
    const found = await verify();
    assert.equal(found.template.name, "L-2");
    assert.equal(found.root.certificate, root.certificate);
    assert.deepEqual(found.hardware, { manufacturer: "NTC", model: "NPCT75x", firmware: "id:00070002" });
    assert.deepEqual(found.keyHash, nodeHash.sha256(endorsement.publicKey));
  });

  test("of P-384 in the high range", async () => {
    const found = await verify({ endorsement: newKey("ES384"), template: "H-3" });
    assert.equal(found.template.name, "H-3");
  });

  test("of RSA, whose key usage is another", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const signer = { ...newKey(), publicKey: new Uint8Array(publicKey.export({ format: "der", type: "spki" })) };
    const area = endorsementTemplates.find(({ name }) => name === "L-1")?.area as RsaPublicArea;
    const modulus = fromBase64Url(String(publicKey.export({ format: "jwk" }).n));
    const endorsementArea = { ...area, modulus };
    const extensions = endorsementExtensions("keyEncipherment");
    assert.equal((await verify({ endorsement: signer, endorsementArea, extensions })).template.name, "L-1");
    await refused("NAT_EVIDENCE_CHAIN", { endorsement: signer, endorsementArea });
  });

  test("whose root is a CA in between, or is sent along", async () => {
    const found = await verify({}, contextOf(rootOf(issuing)), []);
    assert.equal(found.root.certificate, issuing.certificate);
    await verify({}, context, [issuing.certificate.der, root.certificate.der]);
  });

  test("with a subject, so that the names need not be critical", async () => {
    const [names] = endorsementExtensions() as [Extension];
    const loose = { ...names, critical: false };
    const subject = encodeName([{ oid: oids.commonName, value: "unknown" }]);
    const named = await forgeCertificate({
      name: "",
      subject,
      issuer: issuing,
      signer: endorsement,
      extensions: replacing(loose),
    });
    const { claim } = await tpmOf();
    const endorsementCertificates = [named.certificate.der, issuing.certificate.der];
    assert.equal(
      (await verifyEndorsement({ ...claim, endorsementCertificates }, format, context)).hardware.manufacturer,
      "NTC",
    );
  });

  test("with padding behind, and the TPM's attributes in any order", async () => {
    const [first, ...others] = forgedTpmNames.map(([oid, value]) =>
      encodeSequence(encodeOid(oid), encodeUtf8String(value)),
    );
    const set = encodeTagLengthValue(tags.set, ...others.toReversed(), first as Uint8Array);
    const name = encodeSequence(encodeTagLengthValue(0xa4, encodeSequence(set)));
    const extensions = replacing(extension(oids.subjectAltName, name, true));
    const { certificate } = await tpmOf();
    const padded = concatBytes(certificate.certificate.der, new Uint8Array(9).fill(0xff));
    assert.equal(parseCertificate(padded, tpmCertificateTolerance).der.length, padded.length - 9);
    const { claim } = await tpmOf({ extensions });
    const endorsementCertificates = [...claim.endorsementCertificates, issuing.certificate.der].map((der) =>
      concatBytes(der, new Uint8Array(9).fill(0xff)),
    );
    assert.equal(
      (await verifyEndorsement({ ...claim, endorsementCertificates }, format, context)).hardware.model,
      "NPCT75x",
    );
  });
});

async function refused(code: `NAT_${string}`, options: Partial<ForgedTpmOptions>, by = context, above?: Uint8Array[]) {
  await assert.rejects(verify(options, by, above), (error) => isNatalisError(error, code));
}

suite("what is refused", () => {
  test("an unknown root, no root, a root for other formats, a chain with a gap", async () => {
    await refused("NAT_EVIDENCE_ROOT", {}, contextOf(rootOf(otherRoot)));
    await refused("NAT_EVIDENCE_ROOT", {}, contextOf());
    await refused("NAT_EVIDENCE_ROOT", {}, contextOf(rootOf(root, { formats: ["webauthn-tpm"] })));
    await refused("NAT_EVIDENCE_ROOT", {}, context, []);
  });

  test("a wrong CA that has the right one's name", async () => {
    const impostor = await forge("maker's issuing", await forge("maker's root"));
    await refused("NAT_EVIDENCE_CHAIN", { issuer: impostor });
    await refused("NAT_EVIDENCE_CHAIN", { issuer: impostor }, context, [impostor.certificate.der]);
  });

  test("another time than the certificate's", async () => {
    await refused("NAT_EVIDENCE_CHAIN", {}, { ...context, at: new Date("2019-01-01T00:00:00Z") });
  });

  test("a revoked certificate", async () => {
    const { certificate } = (await tpmOf()).certificate;
    const revoked = [{ serialNumber: certificate.serialNumber, revocationDate: at }];
    const times = { thisUpdate: at, nextUpdate: new Date("2026-12-24T00:00:00Z") };
    const list = await forgeCertificateList({ issuer: issuing, ...times, revoked });
    await refused("NAT_EVIDENCE_REVOKED", {}, { ...context, lists: [list] });
    const empty = await forgeCertificateList({ issuer: issuing, ...times });
    await verify({}, { ...context, lists: [empty] });
  });

  test("a certificate of which a list that has ended would have to tell", async () => {
    const [thisUpdate, nextUpdate] = [new Date("2020-01-01T00:00:00Z"), new Date("2020-02-01T00:00:00Z")];
    const ended = await forgeCertificateList({ issuer: issuing, thisUpdate, nextUpdate });
    await refused("NAT_EVIDENCE_REVOKED", {}, { ...context, lists: [ended] });
  });

  test("a certificate that is not one of an endorsement key", async () => {
    const chain = "NAT_EVIDENCE_CHAIN";
    await refused(chain, { extensions: lacking(oids.extendedKeyUsage) });
    const purpose = extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(["2.23.133.8.3"]));
    await refused(chain, { extensions: replacing(purpose) });
    await refused(chain, { extensions: lacking(oids.keyUsage) });
    await refused(chain, { extensions: endorsementExtensions("digitalSignature") });
    await refused(chain, { extensions: endorsementExtensions("keyEncipherment") });
    await refused(chain, { extensions: lacking(oids.subjectAltName) });
    await refused(chain, { extensions: replacing({ ...tpmNames(forgedTpmNames), critical: false }) });
    await refused(chain, { extensions: replacing(tpmNames(forgedTpmNames.slice(1))) });
    const authority = extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true);
    const usage = extension(oids.keyUsage, encodeKeyUsage(["keyAgreement", "keyCertSign"]), true);
    await refused(chain, { extensions: replacing(authority, usage) });
    await refused(chain, { extensions: [...endorsementExtensions(), extension("1.2.3.4", new Uint8Array(1), true)] });
  });

  test("a root as if it were an endorsement certificate", async () => {
    const { claim } = await tpmOf();
    const endorsementCertificates = [root.certificate.der];
    await assert.rejects(verifyEndorsement({ ...claim, endorsementCertificates }, format, context), (error) =>
      isNatalisError(error, "NAT_EVIDENCE_CHAIN"),
    );
  });

  test("the public area of another key than the certificate's", async () => {
    await refused("NAT_EVIDENCE_KEY", { endorsementArea: forgeEndorsementArea("L-2", newKey()) });
  });

  test("attributes, policy or algorithms that no template has", async () => {
    const area = forgeEndorsementArea("L-2", endorsement);
    const has = (...names: Parameters<typeof area.attributes.has>[0][]) => new Set([...area.attributes, ...names]);
    const hasNot = (name: string) => new Set([...area.attributes].filter((one) => one !== name));
    const altered = [
      ...["restricted", "decrypt", "fixedTPM", "fixedParent", "sensitiveDataOrigin", "adminWithPolicy"].map(hasNot),
      ...(["sign", "userWithAuth", "encryptedDuplication", "noDA"] as const).map((name) => has(name)),
    ].map((attributes) => ({ ...area, attributes }));
    const others = [
      { ...area, policy: new Uint8Array(0) },
      { ...area, policy: new Uint8Array(32) },
      { ...area, aesBits: 256 as const },
    ];
    for (const endorsementArea of [...altered, ...others])
      await refused("NAT_EVIDENCE_ATTRIBUTES", { endorsementArea });
  });

  test("bytes that are neither certificates nor public areas, and too many", async () => {
    const { claim } = await tpmOf();
    const [certificate] = claim.endorsementCertificates as [Uint8Array];
    const cases = [
      { ...claim, endorsementCertificates: [] },
      { ...claim, endorsementCertificates: [new Uint8Array(9)] },
      { ...claim, endorsementCertificates: [certificate, new Uint8Array(9)] },
      { ...claim, endorsementCertificates: [concatBytes(certificate, Uint8Array.of(0))] },
      { ...claim, endorsementCertificates: Array.from({ length: 9 }, () => certificate) },
      { ...claim, endorsementKey: new Uint8Array(9) },
      { ...claim, endorsementKey: encodePublicArea(endorsementTemplates[0]?.area as RsaPublicArea) },
    ];
    for (const one of cases)
      await assert.rejects(verifyEndorsement(one, format, context), (error) =>
        isNatalisError(error, "NAT_EVIDENCE_MALFORMED"),
      );
  });
});
