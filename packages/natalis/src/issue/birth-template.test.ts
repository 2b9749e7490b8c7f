// SPDX-License-Identifier: Apache-2.0
// The template gives, byte for byte, what encoding field by field gives.

import assert from "node:assert/strict";
import test from "node:test";
import { nodeHash } from "@natalis/node";
import fc from "fast-check";
import { algorithms, findExtension, oids, parseCertificate, publicKeyInfo } from "../formats/index.ts";
import type { SignatureAlgorithmName, Signer } from "../kernel/index.ts";
import { TestAuthority } from "../testing/index.ts";
import { type BirthCertificateFacts, encodeBirthTbs } from "./birth-certificate.ts";
import { openAuthority } from "./authority.ts";
import { type Profile, parseProfile, prepareCertificate, signPrepared } from "./index.ts";

const own = await TestAuthority.open();
const names = Object.keys(algorithms) as SignatureAlgorithmName[];

function profileOf(changes: Record<string, unknown>): Profile {
  return parseProfile({
    product: "pump",
    version: 1,
    maker: "Acme Pumps & Söhne",
    productNumber: 7,
    algorithms: names,
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
    ...changes,
  });
}

const profiles = [
  profileOf({}),
  profileOf({ notAfter: 3650, mudUrl: "https://acme.example/pump.json" }),
  profileOf({ notAfter: 9000, productNumber: 2_000_000_000 }),
];

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const serialCharacters = "ABCXYZ0189 '()+,-./:=?".split("");
const someFacts: fc.Arbitrary<BirthCertificateFacts> = fc
  .record({
    serialNumber: bytes(16).map((random) => random.with(0, 0x40 | ((random[0] as number) & 0x3f))),
    deviceId: bytes(16),
    model: fc.constantFrom("P-100", "Modèle 2", "m".repeat(64)),
    serial: fc
      .array(fc.constantFrom(...serialCharacters), { minLength: 1, maxLength: 64 })
      .map((characters) => characters.join("").replace(/^ | $/g, "S")),
    algorithm: fc.constantFrom(...names),
    key: bytes(16),
    custody: fc.integer({ min: 0, max: 4 }),
    recordHash: bytes(32),
    bornAt: fc
      .constantFrom("2026-01-01T00:00:00Z", "2049-12-31T23:59:59.5Z", "2050-01-01T00:00:00Z")
      .map((at) => new Date(at)),
  })
  .map(({ algorithm, key, ...facts }) => ({ ...facts, publicKey: keyOf(algorithm, key) }));

function keyOf(name: SignatureAlgorithmName, seed: Uint8Array): Uint8Array {
  const algorithm = algorithms[name];
  const raw = Uint8Array.from({ length: algorithm.publicKeyLength }, (_, i) => seed[i % 16] as number);
  return publicKeyInfo(algorithm, algorithm.ecdsaIntegerLength === undefined ? raw : raw.with(0, 0x04));
}

/** What a signer is given to sign. */
async function signedBytes(facts: BirthCertificateFacts, profile: Profile): Promise<Uint8Array> {
  const signer: Signer = { ...own.issuingSigner, sign: () => new Uint8Array(64) };
  const der = await signPrepared(prepareCertificate({ authority: own.issuing, profile, facts }), signer);
  return parseCertificate(der).tbs;
}

test("any facts, in any order, give the bytes of the plain encoding", async () => {
  await fc.assert(
    fc.asyncProperty(someFacts, fc.constantFrom(...profiles), async (facts, profile) => {
      const plain = encodeBirthTbs({ authority: own.issuing, profile, facts });
      assert.deepEqual(await signedBytes(facts, profile), plain);
    }),
    { numRuns: 200 },
  );
});

test("certificates of one shape do not share their bytes", async () => {
  const [first, second] = fc.sample(someFacts, { numRuns: 2, seed: 7 }) as [
    BirthCertificateFacts,
    BirthCertificateFacts,
  ];
  const token = prepareCertificate({ authority: own.issuing, profile: profiles[0] as Profile, facts: first });
  prepareCertificate({
    authority: own.issuing,
    profile: profiles[0] as Profile,
    facts: { ...first, deviceId: second.deviceId },
  });
  const { subject } = parseCertificate(await signPrepared(token, own.issuingSigner));
  const alone = encodeBirthTbs({ authority: own.issuing, profile: profiles[0] as Profile, facts: first });
  assert.ok(Buffer.from(alone).includes(Buffer.from(subject.der)));
});

test("an extension says the facts even where a fact looks like another field", async () => {
  const facts = fc.sample(someFacts, { numRuns: 1, seed: 1 })[0] as BirthCertificateFacts;
  const tricky = {
    ...facts,
    serial: "Z".repeat(16),
    deviceId: new Uint8Array(16).fill(0x5a),
    recordHash: new Uint8Array(32).fill(0x5c),
  };
  const plain = encodeBirthTbs({ authority: own.issuing, profile: profiles[0] as Profile, facts: tricky });
  assert.deepEqual(await signedBytes(tricky, profiles[0] as Profile), plain);
});

test("more shapes than are kept are no more than slower", async () => {
  const facts = fc.sample(someFacts, { numRuns: 1, seed: 3 })[0] as BirthCertificateFacts;
  for (let model = 0; model < 300; model++)
    prepareCertificate({
      authority: own.issuing,
      profile: profiles[0] as Profile,
      facts: { ...facts, model: `M${model}` },
    });
});

test("authorities with other names, addresses and hashes have templates of their own", async () => {
  const other = openAuthority({
    certificate: own.issuing.certificate,
    baseUrl: "http://other.example:8080/pki",
    arc: "1.3.6.1.4.1.99999",
    hash: nodeHash,
  });
  const facts = fc.sample(someFacts, { numRuns: 1, seed: 5 })[0] as BirthCertificateFacts;
  const profile = profiles[0] as Profile;
  await signedBytes(facts, profile);
  const token = prepareCertificate({ authority: other, profile, facts });
  const certificate = parseCertificate(await signPrepared(token, own.issuingSigner));
  const list = findExtension(certificate, oids.crlDistributionPoints)?.value as Uint8Array;
  assert.ok(Buffer.from(list).includes("http://other.example:8080/pki/crl/"));
  assert.deepEqual(certificate.tbs, encodeBirthTbs({ authority: other, profile, facts }));
});
