// SPDX-License-Identifier: Apache-2.0
// The openssl command (Debian's) as the judge of what a registrar issues: paths and revocation by the strictest options
// it has, lists, what certificates say, and requests by openssl whose devices are born.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { algorithms, parseCertificate } from "natalis/formats";
import type { SignatureAlgorithmName } from "natalis/kernel";
import { toHex } from "natalis/kernel";
import { maker, openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BirthAnswer, birthOf } from "../support/software-device.ts";
import {
  type BornDevice,
  bornDevice,
  bornInOtherShard,
  certificatesPem,
  issuerOf,
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
let registrar: RunningRegistrar;
let device: BornDevice;
let issuing: Uint8Array;
let root: Uint8Array;
/** Before 3.5 openssl knows no ML-DSA. */
let knowsMlDsa: boolean;

before(async () => {
  registrar = await openRegistrar(scope);
  device = await bornDevice(registrar.admin, "SSL-1", algorithms.ES256);
  [issuing, root] = device.chain as [Uint8Array, Uint8Array];
  desk.put("root.pem", certificatesPem(root));
  desk.put("issuing.pem", certificatesPem(issuing));
  knowsMlDsa = (await accepts("openssl", "list", "-public-key-algorithms")).includes("ML-DSA");
});

suite("paths with revocation of every certificate, strictly", () => {
  for (const name of Object.keys(algorithms) as SignatureAlgorithmName[])
    test(`a birth certificate with ${name}`, async () => {
      const born = await bornDevice(registrar.admin, `SSL-${name}`, algorithms[name]);
      const verified = verification(born.certificate, await listsFor(born.certificate));
      if (knowsMlDsa || !name.startsWith("ML-DSA")) assert.match(await accepts("openssl", ...verified), /: OK/);
      else await refuses(/verification failed/, "openssl", ...verified);
    });

  test("a revoked one is refused", async () => {
    const ended = await bornDevice(registrar.admin, "SSL-ENDED", algorithms.ES256);
    await revoke(registrar, ended);
    await isRefused(/error 23 at 0 depth lookup: certificate revoked/, ended.certificate);
  });

  test("one is refused without a list, with the list of another shard, or with a list that is altered", async () => {
    const { certificate } = device;
    const [own, ofRoot] = (await listsFor(certificate)) as [Uint8Array, Uint8Array];
    const other = await listOf(registrar, (await bornInOtherShard(registrar, "SSL-OTHER", device)).certificate);
    const isRefusedWith = (why: RegExp, ...lists: readonly Uint8Array[]) =>
      refuses(why, "openssl", ...verification(certificate, lists));
    await isRefusedWith(/unable to get certificate CRL/, ofRoot);
    await isRefusedWith(/error 44 at 0 depth lookup: different CRL scope/, other, ofRoot);
    await isRefusedWith(/error 8 at 0 depth lookup: CRL signature failure/, withFlippedBit(own), ofRoot);
    await isRefusedWith(/error 3 at 1 depth lookup: unable to get certificate CRL/, own);
  });

  test("one is for TLS clients, not for servers, and its custody is a policy to ask for", async () => {
    const lists = await listsFor(device.certificate);
    const custody = (level: number) => ["-explicit_policy", "-policy", `${registrar.trust.arc}.2.${level}`];
    const { certificate } = device;
    await refuses(/unsuitable certificate purpose/, "openssl", ...verification(certificate, lists, "sslserver"));
    await accepts("openssl", ...verification(certificate, lists, "sslclient", ...custody(0)));
    await refuses(/no explicit policy/, "openssl", ...verification(certificate, lists, "sslclient", ...custody(1)));
  });

  test("the registrar's own is for its names", async () => {
    const certificate = await serverCertificate(registrar);
    const lists = await listsFor(certificate);
    await accepts("openssl", ...verification(certificate, lists, "sslserver", "-verify_hostname", "localhost"));
    await accepts("openssl", ...verification(certificate, lists, "sslserver", "-verify_ip", "127.0.0.1"));
    const elsewhere = verification(certificate, lists, "sslserver", "-verify_hostname", "elsewhere.example");
    await refuses(/hostname mismatch/i, "openssl", ...elsewhere);
  });

  test("the issuer's certificate is where the certificates say", async () => {
    assert.deepEqual(await issuerOf(registrar, device.certificate), issuing);
    assert.deepEqual(await issuerOf(registrar, issuing), root);
  });
});

suite("lists", () => {
  test("verified by their issuer and by no other", async () => {
    const judge = (list: Uint8Array, ca: string) => [
      "crl",
      "-noout",
      "-in",
      desk.put("list.pem", listsPem(list)),
      "-CAfile",
      desk.path(ca),
    ];
    const [own, ofRoot] = (await listsFor(device.certificate)) as [Uint8Array, Uint8Array];
    assert.match(await accepts("openssl", ...judge(own, "issuing.pem")), /verify OK/);
    assert.match(await accepts("openssl", ...judge(ofRoot, "root.pem")), /verify OK/);
    await refuses(/Error getting CRL issuer certificate/, "openssl", ...judge(own, "root.pem"));
    assert.match(await accepts("openssl", ...judge(withFlippedBit(own), "issuing.pem")), /verify failure/);
  });

  test("a shard says which it is and whom it ends; the root's speaks of all", async () => {
    const ended = await bornDevice(registrar.admin, "SSL-LISTED", algorithms.ES256);
    await revoke(registrar, ended, { invalidityDate: "2026-01-02T03:04:05Z" });
    const [own, ofRoot] = (await listsFor(ended.certificate)) as [Uint8Array, Uint8Array];
    const { serialNumber } = parseCertificate(ended.certificate);
    says(await text("crl", listsPem(own)), [
      "Version 2 (0x1)",
      `Issuer: O = ${maker}, CN = ${maker} births`,
      "X509v3 CRL Number:",
      `X509v3 Issuing Distribution Point: critical Full Name: URI:${listAddress(ended.certificate)}`,
      `Serial Number: ${toHex(serialNumber).toUpperCase()}`,
      "X509v3 CRL Reason Code: Key Compromise",
      "Invalidity Date: Jan 2 03:04:05 2026 GMT",
    ]);
    const said = await text("crl", listsPem(ofRoot));
    says(said, [`Issuer: O = ${maker}, CN = ${maker} root`, "No Revoked Certificates."]);
    assert.doesNotMatch(said, /Distribution Point|critical/);
  });
});

suite("what certificates say", () => {
  test("a birth certificate", async () => {
    const { arc } = registrar.trust;
    const said = await text("x509", certificatesPem(device.certificate));
    says(said, [
      "Version: 3 (0x2)",
      `Issuer: O = ${maker}, CN = ${maker} births`,
      "Not After : Dec 31 23:59:59 9999 GMT",
      `Subject: O = ${maker}, OU = S-1, serialNumber = ${device.serial}, CN = ${device.id}`,
      "NIST CURVE: P-256",
      `X509v3 CRL Distribution Points: Full Name: URI:${listAddress(device.certificate)}`,
      "Authority Information Access: CA Issuers - URI:http://",
      "X509v3 Key Usage: critical Digital Signature",
      `X509v3 Extended Key Usage: TLS Web Client Authentication, ${arc}.3.1, ${arc}.3.2`,
      `URI:urn:uuid:${device.id}`,
      `X509v3 Certificate Policies: Policy: ${arc}.2.0`,
      `${arc}.1:`,
    ]);
    assert.equal(said.match(/critical/g)?.length, 1);
  });

  test("the authorities", async () => {
    const usage = "X509v3 Key Usage: critical Certificate Sign, CRL Sign";
    const policy = "Policy: X509v3 Any Policy";
    says(await text("x509", certificatesPem(issuing)), [
      "X509v3 Basic Constraints: critical CA:TRUE, pathlen:1",
      usage,
      policy,
    ]);
    const said = await text("x509", certificatesPem(root));
    says(said, ["X509v3 Basic Constraints: critical CA:TRUE", usage, policy]);
    assert.doesNotMatch(said, /pathlen|Extended Key Usage|Distribution/);
  });
});

suite("requests by openssl", () => {
  for (const [kind, ...words] of [
    ["P-256", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ["P-384", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"],
    ["Ed25519", "ed25519"],
  ] as const)
    test(`${kind}: its device is born and its certificate is of the key`, async () => {
      const [key, request] = [desk.path(`${kind}.key`), desk.path(`${kind}.csr`)];
      const subject = ["-subj", `/serialNumber=SSL-${kind}/O=Ignored`, "-addext", "subjectAltName=DNS:ignored.example"];
      await accepts(
        "openssl",
        "req",
        "-new",
        "-newkey",
        ...words,
        "-nodes",
        "-keyout",
        key,
        ...subject,
        "-out",
        request,
      );
      const body = birthOf({ serial: `SSL-${kind}`, request: desk.get(request) });
      const answer = await registrar.admin.json<BirthAnswer>("POST", "/births", body);
      const certificate = desk.put("born.pem", answer.certificate);
      const ofKey = await accepts("openssl", "pkey", "-in", key, "-pubout");
      assert.equal(await accepts("openssl", "x509", "-in", certificate, "-noout", "-pubkey"), ofKey);
      assert.doesNotMatch(await text("x509", answer.certificate), /[Ii]gnored/);
    });
});

/** The lists that the path of the certificate needs: its own, its issuer's. */
async function listsFor(certificate: Uint8Array): Promise<readonly Uint8Array[]> {
  return [await listOf(registrar, certificate), await listOf(registrar, issuing)];
}

function verification(
  certificate: Uint8Array,
  lists: readonly Uint8Array[],
  purpose = "sslclient",
  ...more: readonly string[]
): string[] {
  const strictly = ["-x509_strict", "-check_ss_sig", "-crl_check_all", "-policy_check", "-purpose", purpose, ...more];
  const known = ["-CAfile", desk.path("root.pem"), "-untrusted", desk.path("issuing.pem")];
  const judged = desk.put("judged.pem", certificatesPem(certificate));
  return ["verify", ...strictly, ...known, "-CRLfile", desk.put("lists.pem", listsPem(...lists)), judged];
}

async function isRefused(why: RegExp, certificate: Uint8Array): Promise<void> {
  await refuses(why, "openssl", ...verification(certificate, await listsFor(certificate)));
}

/** What openssl makes of it, with single spaces. */
async function text(command: "x509" | "crl", pem: string): Promise<string> {
  return (await accepts("openssl", command, "-noout", "-text", "-in", desk.put("text.pem", pem))).replaceAll(
    /\s+/g,
    " ",
  );
}

function says(said: string, expected: readonly string[]): void {
  for (const each of expected) assert.ok(said.includes(each), `${each}\nis not in\n${said}`);
}
