// SPDX-License-Identifier: Apache-2.0
// The statements of WebAuthn and of device-attest-01; those of real hardware are read in test/conformance.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  type CborValue,
  encodeBasicConstraints,
  encodeCbor,
  encodeCoseKey,
  encodeExtendedKeyUsage,
  encodeName,
  encodeOctetString,
  type Extension,
  oids,
} from "../../formats/index.ts";
import { concatBytes, encodeUtf8, isNatalisError, type Signer } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  attestationExtensions,
  forgeArea,
  forgeCertify,
  forgedTpmNames,
  forgeTpmCertificate,
  tpmNames,
  without,
} from "../../testing/tpm-forge.ts";
import type { EvidenceBinding, EvidenceContext, EvidenceRoot } from "../evidence.ts";
import type { CertifyAttest } from "./attest.ts";
import { type EccPublicArea, encodePublicArea } from "./public-area.ts";
import { verifyWebauthnTpm, webauthnTpm } from "./webauthn-tpm.ts";

const newKey = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({
  name: "attestation authority",
  signer: newKey(),
  extensions: authorityExtensions(),
});
const aaguid = Uint8Array.from({ length: 16 }, (_, i) => i);
const aaguidExtension = (value: Uint8Array) => extension("1.3.6.1.4.1.45724.1.1.4", encodeOctetString(value));

const usual = attestationExtensions();
const lacking = (oid: string) => usual.filter((one) => one.oid !== oid);
const attestation = newKey();
const certificate = await forgeTpmCertificate(root, attestation, usual);

const contextWith = (more: Partial<EvidenceRoot> = {}): EvidenceContext => ({
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [{ name: "authority", certificate: root.certificate, formats: ["webauthn-tpm"], cap: 3, ...more }],
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
});

interface Birth {
  readonly key: Signer;
  readonly binding: EvidenceBinding & { readonly nonce: Uint8Array };
}

function newBirth(key: Signer = newKey()): Birth {
  return { key, binding: { publicKey: key.publicKey, nonce: nodeEntropy.bytes(32), factsHash: nodeEntropy.bytes(32) } };
}

function boundValue({ nonce, publicKey, factsHash }: Birth["binding"]): Uint8Array {
  const label = encodeUtf8("natalis-evidence-v1");
  return nodeHash.sha256(concatBytes(label, nonce, nodeHash.sha256(publicKey), factsHash));
}

interface Lie {
  readonly by?: Forged;
  readonly area?: EccPublicArea;
  readonly certified?: EccPublicArea;
  readonly attest?: Partial<CertifyAttest>;
  readonly statement?: Readonly<Record<string, CborValue>>;
  readonly authenticatorData?: Uint8Array;
}

async function objectOf({ key, binding }: Birth, lie: Lie = {}): Promise<Uint8Array> {
  const { by = certificate, area = forgeArea(key, ["sign"]), authenticatorData } = lie;
  const extraData = nodeHash.sha256(concatBytes(authenticatorData ?? new Uint8Array(0), boundValue(binding)));
  const said = await forgeCertify(by.signer, lie.certified ?? area, extraData, lie.attest);
  const statement = new Map<string, CborValue>([
    ["ver", "2.0"],
    ["alg", -7],
    ["x5c", [by.certificate.der]],
    ["sig", said.signature],
    ["certInfo", said.attest],
    ["pubArea", encodePublicArea(area)],
    ...Object.entries(lie.statement ?? {}),
  ]);
  const data: [string, CborValue][] = authenticatorData === undefined ? [] : [["authData", authenticatorData]];
  return encodeCbor(new Map<string, CborValue>([["fmt", "tpm"], ["attStmt", statement], ...data]));
}

function authenticatorDataOf(publicKey: Uint8Array): Uint8Array {
  const head = concatBytes(new Uint8Array(32), Uint8Array.of(0x45), new Uint8Array(4), aaguid);
  return concatBytes(head, Uint8Array.of(0, 1, 9), encodeCoseKey(publicKey));
}

const verify = async (birth: Birth, lie: Lie = {}, binding: EvidenceBinding = birth.binding, context = contextWith()) =>
  webauthnTpm.verify(await objectOf(birth, lie), binding, context);
const refused = (
  code: `NAT_${string}`,
  birth: Birth,
  lie: Lie = {},
  binding: EvidenceBinding = birth.binding,
  context = contextWith(),
) => assert.rejects(verify(birth, lie, binding, context), (error) => isNatalisError(error, code));

suite("what is proven", () => {
  test("custody 3 of a key whose nonce is in the statement", async () => {
    const finding = await verify(newBirth());
    assert.equal(finding.custody, 3);
    assert.deepEqual(finding.hardware, { manufacturer: "NTC", model: "NPCT75x", firmware: "id:00070002" });
    assert.equal(finding.root?.name, "authority");
    assert.deepEqual(finding.details, [["signature", "with SHA-256"]]);
  });

  test("the same with authenticator data before the nonce", async () => {
    const birth = newBirth();
    assert.equal((await verify(birth, { authenticatorData: authenticatorDataOf(birth.key.publicKey) })).custody, 3);
  });

  test("no more than the root's cap, 1 without nonce", async () => {
    const birth = newBirth();
    const { publicKey, factsHash } = birth.binding;
    assert.equal((await verify(birth, {}, birth.binding, contextWith({ cap: 1 }))).custody, 1);
    assert.equal(
      (await verify(birth, {}, { publicKey, factsHash }, contextWith({ cap: 4, capLifted: true }))).custody,
      1,
    );
  });

  test("a challenge of another protocol, by its own name", async () => {
    const birth = newBirth();
    const bytes = await objectOf(birth);
    const ask = (challenge?: Uint8Array) => verifyWebauthnTpm(bytes, birth.binding, challenge, contextWith());
    assert.equal((await ask(boundValue(birth.binding))).custody, 3);
    assert.equal((await ask()).custody, 1);
    await assert.rejects(ask(new Uint8Array(32)), (error) => isNatalisError(error, "NAT_EVIDENCE_FRESHNESS"));
  });
});

suite("what is refused", () => {
  test("a stale or foreign nonce, another unit", async () => {
    const birth = newBirth();
    await refused("NAT_EVIDENCE_FRESHNESS", birth, {}, { ...birth.binding, nonce: nodeEntropy.bytes(32) });
    await refused("NAT_EVIDENCE_FRESHNESS", birth, {}, { ...birth.binding, factsHash: nodeEntropy.bytes(32) });
    await refused("NAT_EVIDENCE_FRESHNESS", birth, { attest: { extraData: boundValue(birth.binding) } });
  });

  test("another key: in question, certified, or in the authenticator data", async () => {
    const birth = newBirth();
    const other = newKey();
    await refused("NAT_EVIDENCE_KEY", birth, {}, { ...birth.binding, publicKey: other.publicKey });
    await refused("NAT_EVIDENCE_KEY", birth, { certified: forgeArea(other, ["sign"]) });
    await refused("NAT_EVIDENCE_KEY", birth, { authenticatorData: authenticatorDataOf(other.publicKey) });
  });

  test("attributes of a key that could leave", async () => {
    const birth = newBirth();
    for (const name of ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "sign"] as const)
      await refused("NAT_EVIDENCE_ATTRIBUTES", birth, { area: without(forgeArea(birth.key, ["sign"]), name) });
  });

  test("an unknown root, a root of other formats, a certificate that is no attestation key's", async () => {
    const birth = newBirth();
    await refused("NAT_EVIDENCE_ROOT", birth, {}, birth.binding, contextWith({ formats: ["tpm2-certify"] }));
    const by = (...extensions: readonly Extension[]) => forgeTpmCertificate(root, attestation, extensions);
    const authority = extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true);
    const purpose = extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(["2.23.133.8.1"]));
    const wrong = [
      await by(...lacking(oids.extendedKeyUsage), purpose),
      await by(...lacking(oids.extendedKeyUsage)),
      await by(...lacking(oids.basicConstraints)),
      await by(...lacking(oids.basicConstraints), authority),
      await by(...lacking(oids.subjectAltName)),
      await by(...lacking(oids.subjectAltName), { ...tpmNames(forgedTpmNames), critical: false }),
    ];
    for (const one of wrong) await refused("NAT_EVIDENCE_CHAIN", birth, { by: one });
    const subject = encodeName([{ oid: oids.commonName, value: "named" }]);
    const named = await forgeCertificate({ name: "", subject, issuer: root, signer: attestation, extensions: usual });
    await refused("NAT_EVIDENCE_CHAIN", birth, { by: named });
  });

  test("a certificate of another model of authenticator than the authenticator data", async () => {
    const birth = newBirth();
    const authenticatorData = authenticatorDataOf(birth.key.publicKey);
    const right = await forgeTpmCertificate(root, attestation, [...usual, aaguidExtension(aaguid)]);
    const wrong = await forgeTpmCertificate(root, attestation, [...usual, aaguidExtension(aaguid.with(0, 9))]);
    assert.equal((await verify(birth, { by: right, authenticatorData })).custody, 3);
    assert.equal((await verify(birth, { by: right })).custody, 3);
    await refused("NAT_EVIDENCE_CHAIN", birth, { by: wrong, authenticatorData });
  });

  test("another's signature", async () => {
    const by = { ...certificate, signer: newKey() };
    await refused("NAT_EVIDENCE_SIGNATURE", newBirth(), { by });
  });

  test("what is malformed", async () => {
    const birth = newBirth();
    for (const name of ["certInfo", "pubArea"]) {
      const lie = { statement: { [name]: new Uint8Array(3) } };
      await refused(name === "certInfo" ? "NAT_EVIDENCE_SIGNATURE" : "NAT_EVIDENCE_MALFORMED", birth, lie);
    }
    await refused("NAT_EVIDENCE_MALFORMED", birth, { statement: { x5c: [] } });
    await refused("NAT_EVIDENCE_MALFORMED", birth, { statement: { alg: -8 } });
    const malformed = await forgeTpmCertificate(root, attestation, [
      ...usual,
      { ...aaguidExtension(aaguid), value: aaguid },
    ]);
    const authenticatorData = authenticatorDataOf(birth.key.publicKey);
    await refused("NAT_EVIDENCE_MALFORMED", birth, { by: malformed, authenticatorData });
  });

  test("whatever is changed, nothing is proven but by a catalogue error", async () => {
    const birth = newBirth();
    const bytes = await objectOf(birth);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = bytes.with(at, (bytes[at] as number) ^ change);
        await assert.rejects(
          webauthnTpm.verify(altered, birth.binding, contextWith()),
          (error) => isNatalisError(error) && error.code.startsWith("NAT_EVIDENCE_"),
        );
      }),
      { numRuns: 400 },
    );
  });
});
