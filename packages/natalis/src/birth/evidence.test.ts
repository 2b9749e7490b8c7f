// SPDX-License-Identifier: Apache-2.0
// From evidence to custody, and from there into record and certificate.

import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { buildCertificationRequest } from "../device/index.ts";
import {
  algorithms,
  findExtension,
  oids,
  parseBirthExtension,
  parseCertificate,
  parseCertificatePolicies,
} from "../formats/index.ts";
import { portableHash, type Signer } from "../kernel/index.ts";
import type { Profile } from "../issue/index.ts";
import { TestAuthority, testStationPrincipal } from "../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../webcrypto/index.ts";
import { evidenceDigests, type EvidenceStatement, type EvidenceVerifier, proveCustody } from "./evidence.ts";
import { encodePkcs11Declaration, pkcs11DeclaredFormat, pkcs11DeclaredVerifier } from "./pkcs11-declaration.ts";
import { type PreparedBirth, prepareBirth } from "./prepare.ts";
import { parseBirthRecord } from "./record.ts";
import { signBirth } from "./sign.ts";

const at = new Date("2026-11-24T12:00:00Z");
const hash = portableHash;
const refused = { code: "NAT_BIRTH_EVIDENCE" };
const statement = Uint8Array.of(1, 2, 3);

/** A format that claims so much of whatever it is shown. */
const claims = (format: string, custody: number): EvidenceVerifier => ({
  format,
  verify: () => ({ custody }),
});
const said = (...formats: string[]): EvidenceStatement[] => formats.map((format) => ({ format, statement }));

suite("what evidence proves", () => {
  const verifiers = [claims("none", 0), claims("word", 1), claims("chip", 3)];
  const bound = { publicKey: new Uint8Array(91), factsHash: new Uint8Array(32) };
  const nonce = new Uint8Array(32);
  const profile = { product: "pump", evidence: undefined };
  const custodyOf = async (statements: EvidenceStatement[], binding: Parameters<typeof proveCustody>[1]) =>
    (await proveCustody(statements, binding, { verifiers, profile, at, hash })).custody;

  test("nothing proves nothing, the best statement counts", async () => {
    assert.equal(await custodyOf([], { ...bound, nonce }), 0);
    assert.equal(await custodyOf(said("none"), { ...bound, nonce }), 0);
    assert.equal(await custodyOf(said("word", "chip", "none"), { ...bound, nonce }), 3);
  });

  test("without a nonce of ours, no more than the device's word", async () => {
    assert.equal(await custodyOf(said("chip", "word"), bound), 1);
  });

  test("a format that is not known is refused, not passed over", async () => {
    await assert.rejects(custodyOf(said("word", "hearsay"), bound), refused);
    await assert.rejects(proveCustody(said("word"), bound, { verifiers: [], profile, at, hash }), refused);
  });

  test("more statements than a device has are refused", async () => {
    assert.equal(await custodyOf(said(...Array.from({ length: 8 }, () => "word")), bound), 1);
    await assert.rejects(custodyOf(said(...Array.from({ length: 9 }, () => "word")), bound), refused);
  });

  test("a product line accepts the formats that it names, of the roots that it names", async () => {
    const root = (name: string, capLifted = false) => ({ name, hash: new Uint8Array(32), capLifted });
    const rooted = (name: string): EvidenceVerifier => ({
      format: "chip",
      verify: () => ({ custody: 2, root: root(name) }),
    });
    const accepts = async (evidence: Profile["evidence"], verifier: EvidenceVerifier, format = "chip") => {
      const context = { verifiers: [verifier, ...verifiers], profile: { product: "pump", evidence }, at, hash };
      return (await proveCustody(said(format), { ...bound, nonce }, context)).custody;
    };
    const [any, ours] = [
      { format: "chip", roots: undefined },
      { format: "chip", roots: ["maker", "other"] },
    ];
    assert.equal(await accepts([any], rooted("stranger")), 2);
    assert.equal(await accepts([ours], rooted("other")), 2);
    await assert.rejects(accepts([ours], rooted("stranger")), refused);
    await assert.rejects(accepts([ours], claims("chip", 3)), refused);
    await assert.rejects(accepts([ours], rooted("maker"), "word"), refused);
  });

  test("a root whose cap was lifted is said in the record", async () => {
    const root = { name: "simulator", hash: new Uint8Array(32), capLifted: true };
    const context = { verifiers: [{ format: "chip", verify: () => ({ custody: 3, root }) }], profile, at, hash };
    const { evidence } = await proveCustody(said("chip"), { ...bound, nonce }, context);
    assert.deepEqual(evidence, [{ format: "chip", digest: hash.sha256(statement), capLifted: true }]);
  });

  test("each is named by its format and the hash of its bytes", async () => {
    const { evidence } = await proveCustody(said("word", "none"), bound, { verifiers, profile, at, hash });
    const digest = hash.sha256(statement);
    assert.deepEqual(evidence, [
      { format: "word", digest },
      { format: "none", digest },
    ]);
  });
});

test("a birth brings each statement once, under however many formats", () => {
  const [one, other] = [hash.sha256(Uint8Array.of(1)), hash.sha256(Uint8Array.of(2))];
  const named = [one, other, one.slice()].map((digest, i) => ({ format: `f${i}`, digest }));
  assert.deepEqual(evidenceDigests(named), [one, other]);
  assert.deepEqual(evidenceDigests([]), []);
});

suite("a birth with a declaration", () => {
  let authority: TestAuthority;
  let signer: Signer;
  let declared: Uint8Array;

  before(async () => {
    authority = await TestAuthority.open({ profile: { minimumCustody: 1 } });
    signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
    declared = declarationOf(signer);
  });

  function declarationOf({ publicKey }: Signer): Uint8Array {
    const flags = { alwaysSensitive: true, neverExtractable: true, local: true };
    const names = { manufacturer: "maker", model: "model", tokenSerial: "1" };
    return encodePkcs11Declaration({ keyHash: hash.sha256(publicKey), ...flags, ...names });
  }

  async function prepare(evidence?: EvidenceStatement[]): Promise<PreparedBirth> {
    const { profile, issuing, entropy, verifier } = authority;
    const certificationRequest = await buildCertificationRequest({ serial: "D-1", signer });
    const request = { certificationRequest, model: "M", serial: "D-1", facility: "F", ...(evidence && { evidence }) };
    const known = { unitTag: new Uint8Array(32) };
    const verifiers = { evidence: [pkcs11DeclaredVerifier(hash)] };
    const principal = testStationPrincipal;
    return prepareBirth(request, known, {
      principal,
      profile,
      authority: issuing,
      at,
      entropy,
      hash,
      verifier,
      ...verifiers,
    });
  }

  test("record, certificate and the registry's row say custody 1", async () => {
    const prepared = await prepare([{ format: pkcs11DeclaredFormat, statement: declared }]);
    assert.ok(prepared.kind === "new");
    const { record, certificate, device } = await signBirth(prepared, authority.issuingSigner, hash);
    const { custody, evidence } = parseBirthRecord(record);
    assert.equal(custody, 1);
    assert.deepEqual(evidence, [{ format: "pkcs11-declared", digest: hash.sha256(declared) }]);
    assert.equal(device.custody, 1);
    const parsed = parseCertificate(certificate);
    const own = authority.issuing.oids;
    const extensionValue = (oid: string) => findExtension(parsed, oid)?.value ?? new Uint8Array(0);
    assert.equal(parseBirthExtension(extensionValue(own.birthExtension)).custody, 1);
    assert.deepEqual(parseCertificatePolicies(extensionValue(oids.certificatePolicies)), [own.custody(1)]);
  });

  test("without it, a product line that asks for custody 1 refuses", async () => {
    await assert.rejects(prepare(), { code: "NAT_BIRTH_CUSTODY" });
    await assert.rejects(prepare([]), { code: "NAT_BIRTH_CUSTODY" });
  });

  test("a declaration of another key is refused", async () => {
    const other = declarationOf(await signerFromKeyPair(await generateKeyPair(algorithms.ES256)));
    await assert.rejects(prepare([{ format: pkcs11DeclaredFormat, statement: other }]), refused);
  });

  test("a declaration that cannot be read is refused, though another one proves enough", async () => {
    const good = { format: pkcs11DeclaredFormat, statement: declared };
    await assert.rejects(prepare([good, { ...good, statement: declared.subarray(1) }]), refused);
  });
});
