// SPDX-License-Identifier: Apache-2.0
// What "tpm2-certify" proves, and every way in which evidence can be another's: a TPM made of software keys says
// whatever a test wants. Real TPM code says it in test/interop.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms } from "../../formats/index.ts";
import { concatBytes, encodeUtf8, isNatalisError, type Signer } from "../../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../../testing/certificate-forge.ts";
import { forgeArea, forgeCertify, type ForgedTpm, forgeTpm, without } from "../../testing/tpm-forge.ts";
import type { EvidenceBinding, EvidenceContext, EvidenceRoot } from "../evidence.ts";
import type { Activation } from "./activation.ts";
import type { CertifyAttest } from "./attest.ts";
import { certifyQualifyingData, tpm2Certify } from "./certify.ts";
import { type CertifyStatement, encodeCertifyStatement } from "./certify-statement.ts";
import { type EccPublicArea, encodePublicArea } from "./public-area.ts";
import { objectName } from "./public-key.ts";
import { encodeTpmSignature, parseTpmSignature } from "./signature.ts";

const newKey = (name: "ES256" | "ES384" = "ES256") => generateKey(algorithms[name]).signer;
const maker = await forgeCertificate({ name: "maker", signer: newKey(), extensions: authorityExtensions() });
const newTpm = () => forgeTpm({ issuer: maker, endorsement: newKey(), attestation: newKey() });
const [tpm, otherTpm] = [await newTpm(), await newTpm()];

const root: EvidenceRoot = { name: "maker", certificate: maker.certificate, formats: ["tpm2-certify"], cap: 3 };
const contextWith = (more: Partial<EvidenceRoot> = {}): EvidenceContext => ({
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [{ ...root, ...more }],
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
});

/** What credential activation leaves of a TPM. */
function activationOf({ certificate, claim }: ForgedTpm): Activation {
  return {
    secret: nodeEntropy.bytes(32),
    attestationKeyName: objectName(claim.attestationKey),
    endorsementKeyHash: nodeHash.sha256(certificate.certificate.publicKey),
  };
}

interface Birth {
  readonly key: Signer;
  readonly binding: EvidenceBinding & { readonly nonce: Uint8Array; readonly activation: Activation };
}

function newBirth(by = tpm, key: Signer = newKey()): Birth {
  const [nonce, factsHash] = [nodeEntropy.bytes(32), nodeEntropy.bytes(32)];
  return { key, binding: { publicKey: key.publicKey, nonce, factsHash, activation: activationOf(by) } };
}

interface Lie {
  readonly by?: ForgedTpm;
  readonly area?: EccPublicArea;
  /** What is certified, where that is not the key that is shown. */
  readonly certified?: EccPublicArea;
  readonly attest?: Partial<CertifyAttest>;
  readonly bound?: EvidenceBinding & { readonly nonce: Uint8Array; readonly activation: Activation };
  readonly statement?: Partial<CertifyStatement>;
}

async function statementOf({ key, binding }: Birth, lie: Lie = {}): Promise<CertifyStatement> {
  const { by = tpm, area = forgeArea(key, ["sign"]), bound = binding } = lie;
  const { nonce, activation, factsHash } = bound;
  const extraData = certifyQualifyingData({ nonce, secret: activation.secret, factsHash }, nodeHash);
  const said = await forgeCertify(by.attestationSigner, lie.certified ?? area, extraData, lie.attest);
  return { ...by.claim, key: encodePublicArea(area), ...said, ...lie.statement };
}

async function verify(birth: Birth, lie: Lie = {}, binding: EvidenceBinding = birth.binding, context = contextWith()) {
  return tpm2Certify.verify(encodeCertifyStatement(await statementOf(birth, lie)), binding, context);
}

async function refused(code: `NAT_${string}`, birth: Birth, lie: Lie = {}, binding: EvidenceBinding = birth.binding) {
  await assert.rejects(verify(birth, lie, binding), (error) => isNatalisError(error, code));
}

suite("what is proven", () => {
  test("custody 3, with the hardware, the root and what people read", async () => {
    const finding = await verify(newBirth());
    assert.equal(finding.custody, 3);
    const hash = nodeHash.sha256(maker.certificate.der);
    assert.deepEqual(finding.root, { name: "maker", hash, capLifted: false });
    assert.deepEqual(finding.hardware, { manufacturer: "NTC", model: "NPCT75x", firmware: "id:00070002" });
    const names = finding.details.map(([name]) => name);
    assert.deepEqual(names, ["endorsement key", "endorsement certificate", "firmware stated by the TPM", "TPM clock"]);
    assert.match(finding.details[0]?.[1] ?? "", /^P-256, low range \(L-2\), SHA-256 [0-9a-f]{64}$/);
    assert.equal(finding.details[2]?.[1], "0007000200000000");
  });

  test("of a P-384 key, by a P-384 attestation key, under a P-384 endorsement key", async () => {
    const keys = { endorsement: newKey("ES384"), attestation: newKey("ES384") };
    const strong = await forgeTpm({ issuer: maker, ...keys, template: "H-3" });
    assert.equal((await verify(newBirth(strong, newKey("ES384")), { by: strong })).custody, 3);
  });

  test("no more than the root's cap, unless that was lifted, which is said", async () => {
    const birth = newBirth();
    for (const cap of [0, 1, 2, 3, 4] as const) {
      const capped = await verify(birth, {}, birth.binding, contextWith({ cap }));
      assert.equal(capped.custody, Math.min(cap, 3));
      assert.equal(capped.root?.capLifted, false);
    }
    const lifted = await verify(birth, {}, birth.binding, contextWith({ cap: 3, capLifted: true }));
    assert.equal(lifted.custody, 3);
    assert.equal(lifted.root?.capLifted, true);
  });

  test("1 without nonce, whatever was activated and whatever the cap", async () => {
    const birth = newBirth();
    const { publicKey, factsHash, activation } = birth.binding;
    for (const binding of [
      { publicKey, factsHash },
      { publicKey, factsHash, activation },
    ]) {
      assert.equal((await verify(birth, {}, binding)).custody, 1);
      assert.equal((await verify(birth, {}, binding, contextWith({ capLifted: true, cap: 4 }))).custody, 1);
    }
  });
});

suite("the binding", () => {
  test("is the hash of label, nonce, secret and facts, in this order", () => {
    const [nonce, secret, factsHash] = [1, 2, 3].map((octet) => new Uint8Array(32).fill(octet)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const expected = nodeHash.sha256(concatBytes(encodeUtf8("natalis-tpm2-v1"), nonce, secret, factsHash));
    assert.deepEqual(certifyQualifyingData({ nonce, secret, factsHash }, nodeHash), expected);
  });

  test("a stale or foreign nonce", async () => {
    const birth = newBirth();
    const nonce = nodeEntropy.bytes(32);
    await refused("NAT_EVIDENCE_FRESHNESS", birth, {}, { ...birth.binding, nonce });
    await refused("NAT_EVIDENCE_FRESHNESS", birth, { attest: { extraData: birth.binding.nonce } });
    await refused("NAT_EVIDENCE_FRESHNESS", birth, { attest: { extraData: new Uint8Array(0) } });
  });

  test("evidence of one birth reused in another, of the same key and unit", async () => {
    const first = newBirth();
    const second = newBirth(tpm, first.key);
    const { factsHash } = first.binding;
    await refused("NAT_EVIDENCE_FRESHNESS", first, {}, { ...second.binding, factsHash });
  });

  test("evidence of one unit used for another unit of the same TPM", async () => {
    const birth = newBirth();
    await refused("NAT_EVIDENCE_FRESHNESS", birth, {}, { ...birth.binding, factsHash: nodeEntropy.bytes(32) });
  });

  test("another secret than the one that was activated, and none", async () => {
    const birth = newBirth();
    const { activation, ...bare } = birth.binding;
    await refused(
      "NAT_EVIDENCE_FRESHNESS",
      birth,
      {},
      { ...bare, activation: { ...activation, secret: nodeEntropy.bytes(32) } },
    );
    await refused("NAT_EVIDENCE_FRESHNESS", birth, {}, bare);
  });
});

suite("the keys", () => {
  test("the attestation key of another TPM", async () => {
    const birth = newBirth();
    // Its own endorsement, with the other's attestation key: the credential was made for another name.
    const { attestationKey } = otherTpm.claim;
    await refused("NAT_EVIDENCE_KEY", birth, { by: otherTpm, statement: { ...tpm.claim, attestationKey } });
    // The other TPM as a whole: the credential was made for another endorsement key.
    await refused("NAT_EVIDENCE_KEY", birth, { by: otherTpm });
    // The name of the activated key, but not its signature.
    await refused("NAT_EVIDENCE_SIGNATURE", birth, { by: otherTpm, statement: tpm.claim });
  });

  test("the activated secret of another attestation key's name", async () => {
    const birth = newBirth();
    const activation = { ...birth.binding.activation, attestationKeyName: objectName(otherTpm.claim.attestationKey) };
    await refused("NAT_EVIDENCE_KEY", birth, {}, { ...birth.binding, activation });
  });

  test("certify of another key", async () => {
    const birth = newBirth();
    await refused("NAT_EVIDENCE_KEY", birth, { certified: forgeArea(newKey(), ["sign"]) });
    await refused("NAT_EVIDENCE_KEY", birth, {}, { ...birth.binding, publicKey: newKey().publicKey });
    await refused("NAT_EVIDENCE_KEY", birth, { area: forgeArea(newKey(), ["sign"]) });
  });

  test("a software key that claims custody 3, by whatever software can say and sign", async () => {
    const birth = newBirth();
    const { binding, key } = birth;
    // A public area that states all that is asked for, in a statement of its own: not by the TPM whose papers it shows.
    const software = await newTpm();
    await refused("NAT_EVIDENCE_SIGNATURE", birth, { by: software, statement: tpm.claim });
    // By the birth key itself as the attestation key: for that one no credential was made.
    const restricted = forgeArea(key, ["sign", "restricted"]);
    const itself = { ...tpm, attestationSigner: key };
    const attestationKey = encodePublicArea(restricted);
    await refused("NAT_EVIDENCE_KEY", birth, { by: itself, statement: { attestationKey } });
    // Had one been made, only a TPM could have opened it: a guessed secret is none.
    const activation = { ...binding.activation, attestationKeyName: objectName(attestationKey) };
    const bound = { ...binding, activation: { ...activation, secret: new Uint8Array(32) } };
    await refused(
      "NAT_EVIDENCE_FRESHNESS",
      birth,
      { by: itself, bound, statement: { attestationKey } },
      { ...binding, activation },
    );
    // Without a nonce no secret is asked for, and no more than the word of a device is found.
    const { publicKey, factsHash } = binding;
    const finding = await verify(birth, { by: itself, statement: { attestationKey } }, { publicKey, factsHash });
    assert.equal(finding.custody, 1);
    // Papers of its own end in no root that counts.
    const made = await forgeCertificate({ name: "made up", signer: newKey(), extensions: authorityExtensions() });
    const own = await forgeTpm({ issuer: made, endorsement: newKey(), attestation: newKey() });
    await refused("NAT_EVIDENCE_ROOT", newBirth(own), { by: own });
  });

  test("altered attributes: shown are others than were certified", async () => {
    const birth = newBirth();
    const loose = without(forgeArea(birth.key, ["sign"]), "fixedTPM", "fixedParent");
    await refused("NAT_EVIDENCE_KEY", birth, { certified: loose });
  });

  test("a key that was certified and can leave, or was brought in", async () => {
    const birth = newBirth();
    const area = forgeArea(birth.key, ["sign"]);
    for (const name of ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "sign"] as const)
      await refused("NAT_EVIDENCE_ATTRIBUTES", birth, { area: without(area, name) });
    for (const name of ["restricted", "encryptedDuplication"] as const)
      await refused("NAT_EVIDENCE_ATTRIBUTES", birth, { area: forgeArea(birth.key, ["sign", name]) });
  });

  test("an attestation key that signs anything", async () => {
    const attestation = newKey();
    for (const attestationArea of [
      forgeArea(attestation, ["sign"]),
      forgeArea(attestation, ["restricted", "decrypt", "sign"]),
    ]) {
      const lax = await forgeTpm({ issuer: maker, endorsement: newKey(), attestation, attestationArea });
      await refused("NAT_EVIDENCE_ATTRIBUTES", newBirth(lax), { by: lax });
    }
  });

  test("the endorsement certificate of an unknown CA", async () => {
    const stranger = await forgeCertificate({ name: "maker", signer: newKey(), extensions: authorityExtensions() });
    const forged = await forgeTpm({ issuer: stranger, endorsement: newKey(), attestation: newKey() });
    await refused("NAT_EVIDENCE_CHAIN", newBirth(forged), { by: forged });
    const another = await forgeCertificate({ name: "another", signer: newKey(), extensions: authorityExtensions() });
    const foreign = await forgeTpm({ issuer: another, endorsement: newKey(), attestation: newKey() });
    await refused("NAT_EVIDENCE_ROOT", newBirth(foreign), { by: foreign });
  });

  test("the endorsement certificate of another TPM", async () => {
    const { endorsementCertificates } = otherTpm.claim;
    await refused("NAT_EVIDENCE_KEY", newBirth(), { statement: { endorsementCertificates } });
  });
});

suite("the signature", () => {
  test("over another attestation, by another key, with SHA-1", async () => {
    const birth = newBirth();
    const { attest } = await statementOf(newBirth());
    await refused("NAT_EVIDENCE_SIGNATURE", birth, { statement: { attest } });
    const { signature } = await statementOf(birth, { by: otherTpm });
    await refused("NAT_EVIDENCE_SIGNATURE", birth, { statement: { signature } });
    const parsed = parseTpmSignature(signature);
    const weak = encodeTpmSignature({ ...parsed, digest: "SHA-1" });
    await refused("NAT_EVIDENCE_SIGNATURE", birth, { statement: { signature: weak } });
  });
});

suite("what is malformed", () => {
  test("in each field", async () => {
    const birth = newBirth();
    for (const name of ["endorsementKey", "attestationKey", "key", "attest", "signature"] as const)
      await refused("NAT_EVIDENCE_MALFORMED", birth, { statement: { [name]: new Uint8Array(7) } });
    const rejected = tpm2Certify.verify(new Uint8Array(3), birth.binding, contextWith());
    await assert.rejects(rejected, (error) => isNatalisError(error, "NAT_EVIDENCE_MALFORMED"));
  });

  test("whatever is changed in a statement, nothing is proven of it but by a catalogue error", async () => {
    const birth = newBirth();
    const bytes = encodeCertifyStatement(await statementOf(birth));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = bytes.with(at, (bytes[at] as number) ^ change);
        await assert.rejects(
          tpm2Certify.verify(altered, birth.binding, contextWith()),
          (error) => isNatalisError(error) && error.code.startsWith("NAT_EVIDENCE_"),
        );
      }),
      { numRuns: 400 },
    );
  });

  test("whatever is cut off or put behind", async () => {
    const birth = newBirth();
    const bytes = encodeCertifyStatement(await statementOf(birth));
    for (const one of [bytes.subarray(0, -1), concatBytes(bytes, Uint8Array.of(0)), new Uint8Array(0)])
      await assert.rejects(tpm2Certify.verify(one, birth.binding, contextWith()), (error) =>
        isNatalisError(error, "NAT_EVIDENCE_MALFORMED"),
      );
  });
});
