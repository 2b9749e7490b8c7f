// SPDX-License-Identifier: Apache-2.0
// OpenSSL's command line as device and as judge: it makes the requests, and says whether certificates, paths and
// revocation lists that the library issues are right. What Debian's OpenSSL does not know, ML-DSA, @noble judges.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import { type BirthRequest, prepareBirth, signBirth } from "natalis/birth";
import { algorithms, encodePem, parseCertificate, rawPublicKey } from "natalis/formats";
import { buildCertificateList, shardOf } from "natalis/issue";
import { formatUuid, toHex } from "natalis/kernel";
import { TestAuthority, testArc, testStationPrincipal } from "natalis/testing";
import { scopeOf } from "../support/scope.ts";
import { accepts, Desk, refuses } from "./peer.ts";

const scope = scopeOf({ after });
const desk = new Desk(scope);
const serial = "SN-000123";
const issuers = ["ES256", "ES384", "EdDSA"] as const;

/** Key type, options of `openssl req`. */
const keys: readonly (readonly [string, readonly string[]])[] = [
  ["P-256", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha256"]],
  ["P-384", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"]],
  ["Ed25519", ["-newkey", "ed25519"]],
];

async function authorityWith(name: keyof typeof algorithms): Promise<TestAuthority> {
  const [rootSigner, issuingSigner] = [generateKey(algorithms[name]).signer, generateKey(algorithms[name]).signer];
  return TestAuthority.open({ rootSigner, issuingSigner, verifier: nodeSignatureVerifier });
}

/** A request by `openssl req`, DER. */
async function opensslRequest(...options: readonly string[]): Promise<Uint8Array> {
  const [key, out] = [desk.path("device.key"), desk.path("device.csr")];
  const subject = ["-subj", `/O=Whoever/CN=device/serialNumber=${serial}`];
  await accepts(
    "openssl",
    "req",
    "-new",
    "-nodes",
    "-keyout",
    key,
    "-outform",
    "DER",
    "-out",
    out,
    ...subject,
    ...options,
  );
  return new Uint8Array(readFileSync(out));
}

async function bear(own: TestAuthority, certificationRequest: Uint8Array, changes: Partial<BirthRequest> = {}) {
  const request = { certificationRequest, model: "TEST-1", serial, facility: "TEST site", ...changes };
  const ports = { entropy: nodeEntropy, hash: nodeHash, verifier: nodeSignatureVerifier };
  const context = {
    principal: testStationPrincipal,
    profile: own.profile,
    authority: own.issuing,
    at: own.at,
    ...ports,
  };
  const birth = await prepareBirth(request, { unitTag: new Uint8Array(32) }, context);
  if (birth.kind !== "new") assert.fail("a stored birth");
  return signBirth(birth, own.issuingSigner, nodeHash);
}

/** Files of the chain and its lists; answers the words of `openssl verify` for a device. */
async function verification(own: TestAuthority, certificate: Uint8Array, lists: readonly Uint8Array[]) {
  const pem = (name: string, der: Uint8Array) => desk.put(name, encodePem("CERTIFICATE", der));
  const crls = desk.put("lists.pem", lists.map((der) => encodePem("X509 CRL", der)).join(""));
  const anchors = ["-CAfile", pem("root.pem", own.root.certificate.der)];
  const chain = ["-untrusted", pem("issuing.pem", own.issuing.certificate.der), "-CRLfile", crls];
  const at = ["-attime", String(own.at.getTime() / 1000 + 60)];
  return [
    "verify",
    "-x509_strict",
    "-crl_check_all",
    "-purpose",
    "sslclient",
    ...anchors,
    ...chain,
    ...at,
    pem("device.pem", certificate),
  ];
}

/** The complete list of the root, which has no shards. */
function rootList(own: TestAuthority): Promise<Uint8Array> {
  return buildCertificateList({
    authority: own.root,
    signer: own.rootSigner,
    number: 1,
    thisUpdate: own.at,
    nextUpdate: new Date(own.at.getTime() + 86_400_000),
    revoked: [],
  });
}

for (const issuer of issuers)
  suite(`an authority with ${issuer}`, () => {
    for (const [name, options] of keys)
      test(`${name}: a request by openssl becomes a certificate that openssl verifies, until it is revoked`, async () => {
        const own = await authorityWith(issuer);
        const { certificate } = await bear(own, await opensslRequest(...options));
        const { serialNumber } = parseCertificate(certificate);
        const shard = shardOf(serialNumber);
        const lists = [await rootList(own), await own.certificateList(shard)];
        await accepts("openssl", ...(await verification(own, certificate, lists)));
        const revoked = [{ serialNumber, revocationDate: own.at, reason: 1 }];
        const withRevoked = [await rootList(own), await own.certificateList(shard, revoked)];
        await refuses(/certificate revoked/, "openssl", ...(await verification(own, certificate, withRevoked)));
        const elsewhere = [await rootList(own), await own.certificateList((shard + 1) % 256)];
        await refuses(
          /unable to get certificate CRL|[Dd]ifferent CRL scope/,
          "openssl",
          ...(await verification(own, certificate, elsewhere)),
        );
      });
  });

suite("what openssl reads", () => {
  test("in a birth certificate", async () => {
    const own = await authorityWith("ES256");
    const { certificate, device } = await bear(own, await opensslRequest(...(keys[0]?.[1] ?? [])));
    const file = desk.put("read.der", certificate);
    const text = await accepts("openssl", "x509", "-inform", "DER", "-in", file, "-noout", "-text");
    const hex = (bytes: Uint8Array) => toHex(bytes).match(/../g)?.join(":") ?? "";
    for (const line of [
      `CN = ${formatUuid(device.id)}`,
      `serialNumber = ${serial}`,
      "OU = TEST-1",
      "Not After : Dec 31 23:59:59 9999 GMT",
      "X509v3 Key Usage: critical",
      "TLS Web Client Authentication",
      `${testArc}.3.1, ${testArc}.3.2`,
      `URI:urn:uuid:${formatUuid(device.id)}`,
      "othername: 1.3.6.1.5.5.7.8.4",
      `Policy: ${testArc}.2.0`,
      `URI:http://natalis-test.invalid/crl/${own.issuing.keyId}/${toHex(device.certificateSerial.subarray(15))}.crl`,
      `CA Issuers - URI:http://natalis-test.invalid/ca/${own.issuing.keyId}.cer`,
      hex(own.issuing.keyIdentifier).toUpperCase(),
      hex(device.certificateSerial),
    ])
      assert.ok(text.includes(line), `${line}\n${text}`);
    assert.ok(!text.includes("OCSP") && !text.includes("Basic Constraints"), text);
  });

  test("in a revocation list", async () => {
    const own = await authorityWith("ES256");
    const serialNumber = new Uint8Array(16).fill(0x41);
    const invalidityDate = new Date("2025-12-24T00:00:00Z");
    const revoked = [{ serialNumber, revocationDate: own.at, reason: 1, invalidityDate }];
    const list = desk.put("list.der", await own.certificateList(0x41, revoked));
    const issuer = desk.put("issuer.pem", encodePem("CERTIFICATE", own.issuing.certificate.der));
    const text = await accepts("openssl", "crl", "-inform", "DER", "-in", list, "-noout", "-text", "-CAfile", issuer);
    for (const line of [
      "verify OK",
      "Version 2",
      "X509v3 CRL Number",
      "X509v3 Issuing Distribution Point: critical",
      `URI:http://natalis-test.invalid/crl/${own.issuing.keyId}/41.crl`,
      "Key Compromise",
      "Invalidity Date",
      `Serial Number: ${"41".repeat(16)}`,
    ])
      assert.ok(text.includes(line), `${line}\n${text}`);
  });
});

suite("requests by openssl that are refused", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["RSA", "NAT_BIRTH_ALGORITHM", ["-newkey", "rsa:2048"]],
    ["secp256k1", "NAT_BIRTH_ALGORITHM", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"]],
    [
      "explicit parameters",
      "NAT_BIRTH_ALGORITHM",
      ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"],
    ],
    ["P-256 with SHA-1", "NAT_BIRTH_ALGORITHM", [...(keys[0]?.[1] ?? []).slice(0, -1), "-sha1"]],
    ["P-384 with SHA-256", "NAT_BIRTH_ALGORITHM", [...(keys[1]?.[1] ?? []).slice(0, -1), "-sha256"]],
  ];
  for (const [name, code, options] of cases)
    test(name, async () => {
      const own = await authorityWith("ES256");
      await assert.rejects(bear(own, await opensslRequest(...options)), { code });
    });

  test("another unit's serial number", async () => {
    const own = await authorityWith("ES256");
    const request = await opensslRequest(...(keys[0]?.[1] ?? []));
    await assert.rejects(bear(own, request, { serial: "SN-000124" }), { code: "NAT_BIRTH_FACTS" });
  });
});

suite("signatures with ML-DSA, by @noble/post-quantum", () => {
  const judges = { "ML-DSA-44": ml_dsa44, "ML-DSA-65": ml_dsa65, "ML-DSA-87": ml_dsa87 } as const;
  for (const name of Object.keys(judges) as (keyof typeof judges)[])
    test(name, async () => {
      const own = await authorityWith(name);
      const { certificate } = await own.birth(generateKey(algorithms[name]).signer);
      const raw = rawPublicKey(algorithms[name], own.issuing.certificate.publicKey);
      assert.ok(judges[name].verify(certificate.signature, certificate.tbs, raw));
      assert.ok(!judges[name].verify(certificate.signature, certificate.tbs.with(40, 0), raw));
    });
});
