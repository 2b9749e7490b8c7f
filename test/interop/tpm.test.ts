// SPDX-License-Identifier: Apache-2.0
// Keys in TPMs (swtpm), from manufacture to evidence: endorsement certificates by swtpm's own authority, RSA-2048 and
// P-384; credential activation; TPM2_Certify with our nonce; and all that is refused of it.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  nodeCredentialCryptography,
  nodeEntropy,
  nodeHash,
  type Tpm,
  type TpmEndorsement,
  type TpmKey,
} from "@natalis/node";
import { algorithms, encodeBasicConstraints, encodePem, oids, parseCertificate } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import {
  encodeCertifyStatement,
  encodePublicArea,
  type EvidenceBinding,
  type EvidenceContext,
  makeCredential,
  objectName,
  parseCertifyStatement,
  parsePublicArea,
  tpm2Certify,
} from "natalis/protect";
import { scopeOf } from "../support/scope.ts";
import {
  claimOf,
  evidenceContext,
  evidenceFor,
  openDevice,
  type StartedBirth,
  startBirth,
  TpmMaker,
} from "../support/software-tpm.ts";
import { accepts, Desk } from "./peer.ts";

const { ES256, ES384 } = algorithms;
const scope = scopeOf({ after });
const maker = new TpmMaker(scope);
const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };
let tpm: Tpm;
let otherTpm: Tpm;
let issuing: Uint8Array;
let capped: EvidenceContext;
let lifted: EvidenceContext;

before(async () => {
  [tpm, otherTpm] = [await openDevice(scope, await maker.make()), await openDevice(scope, await maker.make())];
  [issuing] = await maker.authority();
  [capped, lifted] = [evidenceContext(await maker.root()), evidenceContext(await maker.root(true))];
});

async function refused(code: `NAT_${string}`, statement: Uint8Array, binding: EvidenceBinding, context = lifted) {
  await assert.rejects(tpm2Certify.verify(statement, binding, context), (error) => isNatalisError(error, code));
}

for (const [name, algorithm, model] of [
  ["L-1", ES256, "RSA-2048, low range"],
  ["H-3", ES384, "P-384, high range"],
] as const)
  suite(`an endorsement key of ${model}`, () => {
    let endorsement: TpmEndorsement;
    let foreign: TpmEndorsement;
    let key: TpmKey;
    let birth: StartedBirth;
    let statement: Uint8Array;

    before(async () => {
      endorsement = await claimOf(tpm, name, issuing);
      foreign = await claimOf(otherTpm, name, issuing);
      key = await tpm.createKey(algorithm);
      birth = await startBirth(tpm, endorsement, key, capped);
      statement = await evidenceFor(tpm, endorsement, key, birth);
    });

    test("proves custody 1, since its root is a simulator's, and 3 with the cap lifted, which is said", async () => {
      const simulated = await tpm2Certify.verify(statement, birth.binding, capped);
      assert.equal(simulated.custody, 1);
      assert.equal(simulated.root?.capLifted, false);
      const found = await tpm2Certify.verify(statement, birth.binding, lifted);
      assert.equal(found.custody, 3);
      assert.equal(found.root?.capLifted, true);
      assert.deepEqual(found.hardware, { manufacturer: "id:00001014", model: "swtpm", firmware: "id:20191023" });
      assert.match(found.details[0]?.[1] ?? "", new RegExp(model));
      assert.deepEqual(birth.secret, birth.binding.activation.secret);
    });

    test("without nonce proves 1 at most, whatever the cap", async () => {
      const { publicKey, factsHash } = birth.binding;
      assert.equal((await tpm2Certify.verify(statement, { publicKey, factsHash }, lifted)).custody, 1);
    });

    test("a stale or foreign nonce", async () => {
      await refused("NAT_EVIDENCE_FRESHNESS", statement, { ...birth.binding, nonce: nodeEntropy.bytes(32) });
      const { statement: stale } = await tpm.attest(key, endorsement, new Uint8Array(32));
      await refused("NAT_EVIDENCE_FRESHNESS", stale, birth.binding);
    });

    test("evidence of one birth in another, and of one unit for another of the same TPM", async () => {
      const { binding } = await startBirth(tpm, endorsement, key, capped);
      await refused("NAT_EVIDENCE_FRESHNESS", statement, binding);
      await refused("NAT_EVIDENCE_FRESHNESS", statement, { ...birth.binding, factsHash: nodeEntropy.bytes(32) });
    });

    test("the attestation key of another TPM", async () => {
      const theirKey = await otherTpm.createKey(algorithm);
      const theirs = { ...birth.binding, publicKey: theirKey.publicKey };
      const started = { ...birth, binding: theirs };
      await refused("NAT_EVIDENCE_KEY", await evidenceFor(otherTpm, foreign, theirKey, started), theirs);
      // Under this TPM's endorsement, and as if it were this TPM's attestation key.
      const parsed = parseCertifyStatement(await evidenceFor(otherTpm, foreign, theirKey, started));
      const { endorsementCertificates, endorsementKey, attestationKey } = endorsement;
      const mixed = { ...parsed, endorsementCertificates, endorsementKey };
      await refused("NAT_EVIDENCE_KEY", encodeCertifyStatement(mixed), theirs);
      await refused("NAT_EVIDENCE_SIGNATURE", encodeCertifyStatement({ ...mixed, attestationKey }), theirs);
    });

    test("certify of another key", async () => {
      const other = await tpm.createKey(algorithm);
      await refused("NAT_EVIDENCE_KEY", await evidenceFor(tpm, endorsement, other, birth), birth.binding);
      const parsed = parseCertifyStatement(await evidenceFor(tpm, endorsement, other, birth));
      await refused("NAT_EVIDENCE_KEY", encodeCertifyStatement({ ...parsed, key: key.publicArea }), birth.binding);
    });

    test("altered attributes", async () => {
      const parsed = parseCertifyStatement(statement);
      const area = parsePublicArea(parsed.key);
      const without = (...names: string[]) => new Set([...area.attributes].filter((one) => !names.includes(one)));
      const shown = (attributes: typeof area.attributes) =>
        encodeCertifyStatement({ ...parsed, key: encodePublicArea({ ...area, attributes }) });
      await refused("NAT_EVIDENCE_ATTRIBUTES", shown(without("fixedTPM")), birth.binding);
      await refused("NAT_EVIDENCE_KEY", shown(without("noDA")), birth.binding);
      await refused("NAT_EVIDENCE_KEY", shown(new Set([...area.attributes, "decrypt"])), birth.binding);
    });

    test("the activated secret of another attestation key's name", async () => {
      const activation = { ...birth.binding.activation, attestationKeyName: objectName(foreign.attestationKey) };
      await refused("NAT_EVIDENCE_KEY", statement, { ...birth.binding, activation });
      // The TPM opens none that was made for a name which is not loaded in it.
      const area = parsePublicArea(endorsement.endorsementKey);
      const made = await makeCredential(area, objectName(foreign.attestationKey), nodeEntropy.bytes(32), ports);
      await assert.rejects(tpm.activate(endorsement, made), (error) => isNatalisError(error, "NAT_TPM_INTEGRITY"));
      // For RSA, swtpm tells less of what was not encrypted to its key.
      await assert.rejects(otherTpm.activate(foreign, made), (error) =>
        ["NAT_TPM_INTEGRITY", "NAT_TPM_REFUSED"].includes(isNatalisError(error) ? error.code : ""),
      );
      assert.equal((await otherTpm.getRandom(8)).length, 8);
    });

    test("a TPM of an unknown authority, and of a wrong one of the same name", async () => {
      const stranger = new TpmMaker(scope);
      await stranger.make();
      const unknown = evidenceContext({ ...(await maker.root(true)), formats: ["vendor-idevid"] });
      await refused("NAT_EVIDENCE_ROOT", statement, birth.binding, unknown);
      // Every swtpm's authority has the same name: the signature decides.
      await refused("NAT_EVIDENCE_CHAIN", statement, birth.binding, evidenceContext(await stranger.root(true)));
      await refused("NAT_EVIDENCE_ROOT", statement, birth.binding, evidenceContext());
    });

    test("its certificate holds for openssl too, and is no authority's", async () => {
      const desk = new Desk(scope);
      const [certificate = new Uint8Array(0)] = endorsement.endorsementCertificates;
      const [, root] = await maker.authority();
      const put = (file: string, der: Uint8Array) => desk.put(file, encodePem("CERTIFICATE", der));
      // openssl does not know the purpose of endorsement certificates, which no part of verification asks for here.
      const words = [
        "-CAfile",
        put("root.pem", root),
        "-untrusted",
        put("issuing.pem", issuing),
        put("ek.pem", certificate),
      ];
      assert.match(await accepts("openssl", "verify", ...words), /OK/);
      const constraints = parseCertificate(certificate).extensions.find(({ oid }) => oid === oids.basicConstraints);
      assert.deepEqual(constraints?.value, encodeBasicConstraints({ isAuthority: false }));
      assert.deepEqual(
        nodeHash.sha256(parseCertificate(certificate).publicKey),
        birth.binding.activation.endorsementKeyHash,
      );
    });
  });
