// SPDX-License-Identifier: Apache-2.0
// GnuTLS (Debian's certtool) on what we issue: paths of birth certificates, what certificates and lists say, lists and
// revocation; and requests by certtool, whose devices are born.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { algorithms, parseCertificate } from "natalis/formats";
import { toHex } from "natalis/kernel";
import { maker, openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BirthAnswer, birthOf } from "../support/software-device.ts";
import {
  type BornDevice,
  bornDevice,
  bornInOtherShard,
  certificatesPem,
  listAddress,
  listOf,
  listsPem,
  revoke,
  serverCertificate,
  withFlippedBit,
} from "./papers.ts";
import { accepts, Desk, refuses } from "./peer.ts";

const scope = scopeOf({ after });
const desk = new Desk(scope);
const clientAuth = "1.3.6.1.5.5.7.3.2";
const serverAuth = "1.3.6.1.5.5.7.3.1";
const isTrusted = /Chain verification output: Verified\. The certificate is trusted\./;
let registrar: RunningRegistrar;
let device: BornDevice;
let issuing: Uint8Array;
let root: Uint8Array;

before(async () => {
  registrar = await openRegistrar(scope);
  device = await bornDevice(registrar.admin, "TLS-1", algorithms.ES256);
  [issuing, root] = device.chain as [Uint8Array, Uint8Array];
  desk.put("root.pem", certificatesPem(root));
  desk.put("issuing.pem", certificatesPem(issuing));
});

suite("paths", () => {
  for (const name of ["ES256", "ES384", "EdDSA", "ML-DSA-44"] as const)
    test(`of a birth certificate with ${name}: verified up to the root, for a TLS client and no server`, async () => {
      const born = await bornDevice(registrar.admin, `TLS-${name}`, algorithms[name]);
      const chain = chainFile(born.certificate);
      assert.match(await accepts("certtool", "--verify-chain", "--infile", chain), isTrusted);
      assert.match(await verify(chain, "--verify-purpose", clientAuth), isTrusted);
      await isRefused(/does not match the intended purpose/, chain, "--verify-purpose", serverAuth);
    });

  test("of the registrar's own certificate: verified for a TLS server by its name, for no other", async () => {
    const chain = chainFile(await serverCertificate(registrar));
    const name = (host: string) => ["--verify-purpose", serverAuth, "--verify-hostname", host];
    assert.match(await verify(chain, ...name("localhost")), isTrusted);
    await isRefused(/name in the certificate does not match/, chain, ...name("elsewhere.example"));
  });

  test("of a certificate with one bit changed, or to another root: refused", async () => {
    await isRefused(
      /signature in the certificate is invalid|Not verified/,
      chainFile(withFlippedBit(device.certificate)),
    );
    const key = desk.path("foreign.key");
    await accepts("certtool", "--generate-privkey", "--key-type", "ecdsa", "--outfile", key);
    const template = desk.put("foreign.cfg", `cn = "${maker} root"\norganization = "${maker}"\nca\ncert_signing_key\n`);
    const foreign = desk.path("foreign.pem");
    const words = ["--generate-self-signed", "--load-privkey", key, "--template", template, "--outfile", foreign];
    await accepts("certtool", ...words);
    const judged = ["--verify", "--load-ca-certificate", foreign, "--infile", chainFile(device.certificate)];
    await refuses(/issuer is unknown/, "certtool", ...judged);
  });
});

suite("what certificates say", () => {
  test("a birth certificate", async () => {
    const said = await certificateInfo(device.certificate);
    const { serialNumber, extensions } = parseCertificate(device.certificate);
    const { arc } = registrar.trust;
    says(said, [
      `Serial Number (hex): ${toHex(serialNumber)}`,
      `Issuer: CN=${maker} births,O=${maker}`,
      "Not After: Fri Dec 31 23:59:59 UTC 9999",
      `Subject: CN=${device.id},serialNumber=${device.serial},OU=S-1,O=${maker}`,
      "Curve:	SECP256R1",
      `CRL Distribution points (not critical):\n			URI: ${listAddress(device.certificate)}`,
      "Access Method: 1.3.6.1.5.5.7.48.2 (id-ad-caIssuers)",
      "Key Usage (critical):\n			Digital signature.",
      `Key Purpose (not critical):\n			TLS WWW Client.\n			${arc}.3.1\n			${arc}.3.2`,
      "otherName OID: 1.3.6.1.5.5.7.8.4",
      `URI: urn:uuid:${device.id}`,
      `Certificate Policies (not critical):\n			${arc}.2.0`,
      `Unknown extension ${arc}.1 (not critical):`,
      "Signature Algorithm: ECDSA-SHA256",
    ]);
    assert.equal(said.match(/\((?:not )?critical\):/g)?.length, extensions.length);
  });

  test("the authorities", async () => {
    says(await certificateInfo(issuing), [
      `Subject: CN=${maker} births,O=${maker}`,
      "Basic Constraints (critical):\n			Certificate Authority (CA): TRUE\n			Path Length Constraint: 1",
      "Key Usage (critical):\n			Certificate signing.\n			CRL signing.",
      "2.5.29.32.0 (anyPolicy)",
    ]);
    const said = await certificateInfo(root);
    says(said, [`Subject: CN=${maker} root,O=${maker}`, "Certificate Authority (CA): TRUE", "Certificate signing."]);
    assert.doesNotMatch(said, /Path Length|Key Purpose/);
  });

  test("Ed25519 and P-384 keys by their names, ML-DSA by its OID alone", async () => {
    const expected = { EdDSA: "EdDSA (Ed25519)", ES384: "EC/ECDSA", "ML-DSA-44": "2.16.840.1.101.3.4.3.17" } as const;
    for (const name of ["EdDSA", "ES384", "ML-DSA-44"] as const) {
      const born = await bornDevice(registrar.admin, `TLS-KEY-${name}`, algorithms[name]);
      says(await certificateInfo(born.certificate), [`Subject Public Key Algorithm: ${expected[name]}`]);
    }
  });
});

suite("lists", () => {
  test("verified by their issuer, and by no other", async () => {
    const lists = [
      [await listOf(registrar, device.certificate), "issuing.pem", "root.pem"],
      [await listOf(registrar, issuing), "root.pem", "issuing.pem"],
    ] as const;
    for (const [list, issuer, other] of lists) {
      const judged = (ca: string, bytes: Uint8Array) => [
        "--verify-crl",
        "--load-ca-certificate",
        desk.path(ca),
        "--infile",
        desk.put("list.pem", listsPem(bytes)),
      ];
      assert.match(await accepts("certtool", ...judged(issuer, list)), /Verification output: Verified\./);
      await refuses(/issuer is unknown/, "certtool", ...judged(other, list));
      await refuses(/Not verified/, "certtool", ...judged(issuer, withFlippedBit(list)));
    }
  });

  test("a device is refused when its list has it, others are not", async () => {
    const ended = await bornDevice(registrar.admin, "TLS-ENDED", algorithms.ES256);
    const other = await bornInOtherShard(registrar, "TLS-OTHER", ended);
    const chain = chainFile(ended.certificate);
    assert.match(await verify(chain, ...(await shardOf(ended))), isTrusted);
    await revoke(registrar, ended);
    const list = await listOf(registrar, ended.certificate);
    says(await accepts("certtool", "--crl-info", "--infile", desk.put("list.pem", listsPem(list))), [
      "Version: 2",
      `Issuer: CN=${maker} births,O=${maker}`,
      "CRL Number (not critical):",
      "Unknown extension 2.5.29.28 (critical):",
      `Revoked certificates (1):\n		Serial Number (hex): ${toHex(parseCertificate(ended.certificate).serialNumber)}`,
    ]);
    await isRefused(/certificate chain is revoked/, chain, ...(await shardOf(ended)));
    assert.match(await verify(chainFile(other.certificate), ...(await shardOf(other))), isTrusted);
  });

  test("GnuTLS takes any list of the issuer for an answer, and but the last one: wrong (RFC 5280 5.2, 6.3.3)", async () => {
    const ended = await bornDevice(registrar.admin, "TLS-SCOPE", algorithms.ES256);
    const other = await bornInOtherShard(registrar, "TLS-SCOPE-OTHER", ended);
    await revoke(registrar, ended);
    const [right, wrong] = [await listOf(registrar, ended.certificate), await listOf(registrar, other.certificate)];
    const chain = chainFile(ended.certificate);
    assert.match(await verify(chain, ...loadLists(wrong)), isTrusted);
    assert.match(await verify(chain, ...loadLists(right, wrong)), isTrusted);
    await isRefused(/certificate chain is revoked/, chain, ...loadLists(wrong, right));
  });
});

suite("requests by certtool", () => {
  for (const [kind, ...words] of [
    ["P-256", "--key-type", "ecdsa", "--curve", "secp256r1"],
    ["P-384", "--key-type", "ecdsa", "--curve", "secp384r1"],
    ["Ed25519", "--key-type", "ed25519"],
  ] as const)
    test(`${kind}: its device is born and its certificate is of the key`, async () => {
      const [key, request] = [desk.path(`${kind}.key`), desk.path(`${kind}.csr`)];
      await accepts("certtool", "--generate-privkey", ...words, "--outfile", key);
      const dn = `dn = "serialNumber=GNU-${kind},O=Ignored"\ntls_www_client\nsigning_key\n`;
      const template = desk.put("request.cfg", dn);
      const made = ["--generate-request", "--load-privkey", key, "--template", template, "--outfile", request];
      await accepts("certtool", ...made);
      const body = birthOf({ serial: `GNU-${kind}`, request: desk.get(request) });
      const answer = await registrar.admin.json<BirthAnswer>("POST", "/births", body);
      const certificate = desk.put("born.pem", answer.certificate);
      const pinOf = (said: string) => /pin-sha256:(\S+)/.exec(said)?.[1];
      const ofKey = pinOf(await accepts("certtool", "--key-info", "--infile", key));
      assert.ok(ofKey !== undefined);
      assert.equal(pinOf(await accepts("certtool", "--certificate-info", "--infile", certificate)), ofKey);
    });
});

function chainFile(certificate: Uint8Array): string {
  return desk.put("chain.pem", certificatesPem(certificate, issuing, root));
}

function judgement(chain: string, words: readonly string[]): string[] {
  return ["--verify", "--load-ca-certificate", desk.path("root.pem"), "--infile", chain, ...words];
}

function verify(chain: string, ...words: readonly string[]): Promise<string> {
  return accepts("certtool", ...judgement(chain, words));
}

function isRefused(why: RegExp, chain: string, ...words: readonly string[]): Promise<void> {
  return refuses(why, "certtool", ...judgement(chain, words));
}

function loadLists(...lists: readonly Uint8Array[]): string[] {
  return ["--load-crl", desk.put("lists.pem", listsPem(...lists))];
}

async function shardOf({ certificate }: BornDevice): Promise<string[]> {
  return loadLists(await listOf(registrar, certificate), await listOf(registrar, issuing));
}

function certificateInfo(certificate: Uint8Array): Promise<string> {
  return accepts("certtool", "--certificate-info", "--infile", desk.put("one.pem", certificatesPem(certificate)));
}

function says(said: string, expected: readonly string[]): void {
  for (const each of expected) assert.ok(said.includes(each), `${each}\nis not in\n${said}`);
}
