// SPDX-License-Identifier: Apache-2.0
// OCSP with others: OpenSSL's responder reads our requests and answers them, our check and OpenSSL's and GnuTLS's own
// judge the answers. No network: everything goes through files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { nodeEntropy, nodeSignatureVerifier } from "@natalis/node";
import {
  type Certificate,
  encodeOcspRequest,
  type OcspResponse,
  type OcspRequestFields,
  parseCertificate,
  parseOcspResponse,
  parsePem,
} from "natalis/formats";
import { type DigestName, toHex } from "natalis/kernel";
import { defaultPathLimits, PathBudget, pathStatus, requireNonce, validatePath } from "natalis/path";
import { scopeOf } from "../support/scope.ts";
import { accepts, Desk, refuses } from "./peer.ts";

const scope = scopeOf({ after });
const desk = new Desk(scope);
const openssl = (...words: readonly string[]) => accepts("openssl", ...words);

/** Names of key and certificate files; what the certificates are for. */
const extensions: Readonly<Record<string, readonly string[]>> = {
  leaf: ["keyUsage=critical,digitalSignature"],
  delegate: ["extendedKeyUsage=OCSPSigning", "noCheck=ignored"],
  checked: ["extendedKeyUsage=OCSPSigning"],
  purposeless: ["keyUsage=critical,digitalSignature", "noCheck=ignored"],
};
const authority = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"];
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

const file = (name: string) => desk.path(`${name}.pem`);
const keyFile = (name: string) => desk.path(`${name}.key`);
const read = (name: string): Certificate => {
  const [der] = parsePem(readFileSync(file(name), "utf8"), "CERTIFICATE");
  return parseCertificate(der as Uint8Array);
};

before(async () => {
  for (const name of ["ca", "other"])
    await openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      keyFile(name),
      "-out",
      file(name),
      "-subj",
      `/CN=${name}`,
      ...authority,
    );
  for (const [name, lines] of Object.entries(extensions)) await issue(name, lines);
});

async function issue(name: string, lines: readonly string[]): Promise<void> {
  const request = desk.path(`${name}.csr`);
  await openssl("req", "-new", ...newKey, "-keyout", keyFile(name), "-out", request, "-subj", `/CN=${name}`);
  const settings = desk.put(`${name}.cnf`, `${lines.join("\n")}\n`);
  const by = ["-CA", file("ca"), "-CAkey", keyFile("ca"), "-days", "30", "-extfile", settings];
  await openssl("x509", "-req", "-in", request, "-out", file(name), ...by);
}

/** The responder's database (man openssl-ca): status, expiry, revocation, serial number, file, subject. */
function index(entry: string | undefined): string {
  const serial = toHex(read("leaf").serialNumber).toUpperCase();
  const known = entry === undefined ? "" : `${entry}\t${serial}\tunknown\t/CN=leaf\n`;
  return desk.put("index.txt", known);
}

const valid = "V\t491231235959Z\t";
const revokedFor = (reason: string) => `R\t491231235959Z\t260101000000Z${reason}`;

interface Asked {
  readonly entry?: string | undefined;
  readonly signer?: string;
  readonly digest?: DigestName;
  readonly nonce?: Uint8Array;
  readonly options?: readonly string[];
  /** Until when; nothing, for a response without next update. */
  readonly lasting?: readonly string[];
}

/** Has OpenSSL answer our request; the response is in the file "response.der". */
async function answer(asked: Asked): Promise<OcspResponse> {
  const { signer = "delegate", digest = "SHA-256", nonce, options = [], lasting = ["-ndays", "1"] } = asked;
  const certificates: OcspRequestFields["certificates"] = [{ certificate: read("leaf"), issuer: read("ca") }];
  const request = desk.put("request.der", encodeOcspRequest({ certificates, digest, nonce }));
  const database = ["-index", index("entry" in asked ? asked.entry : valid), "-CA", file("ca")];
  const by = ["-rsigner", file(signer), "-rkey", keyFile(signer), ...lasting, ...options];
  const response = desk.path("response.der");
  await openssl("ocsp", "-noverify", ...database, "-reqin", request, "-respout", response, ...by);
  return parseOcspResponse(new Uint8Array(readFileSync(response)));
}

/** What we make of it: the state, or the code of the most specific cause. */
async function ours(response: OcspResponse, at = new Date()): Promise<string> {
  const [leaf, ca] = [read("leaf"), read("ca")];
  const validate = async (certificate: Certificate) => {
    const request = { intermediates: [], anchors: [ca], at, verifier: nodeSignatureVerifier };
    return (await validatePath({ certificate, ...request })).certificates;
  };
  const [status] = await pathStatus({
    certificates: [leaf, ca],
    evidence: { lists: [], responses: [response], policy: { unknown: "refuse", clockSkew: 60 } },
    candidates: [],
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    findPath: validate,
  });
  if (status?.state !== "unknown") return `${status?.state}${status?.state === "revoked" ? ` ${status.reason}` : ""}`;
  return status.causes[0]?.code ?? "";
}

/** OpenSSL's client on the same response; it looks for the identifier that it would have asked with. */
function judge({ digest = "SHA-256" }: Asked = {}): readonly string[] {
  const about = [`-${digest.toLowerCase().replace("-", "")}`, "-issuer", file("ca"), "-cert", file("leaf")];
  return ["ocsp", ...about, "-CAfile", file("ca"), "-no_nonce", "-respin", desk.path("response.der")];
}

suite("responses by OpenSSL", () => {
  const cases: readonly [title: string, asked: Asked, verdict: string, openssl: RegExp][] = [
    ["good, by a delegate", {}, "good", /leaf.pem: good/],
    ["good, by the issuer", { signer: "ca" }, "good", /leaf.pem: good/],
    ["good, named by key", { options: ["-resp_key_id"] }, "good", /leaf.pem: good/],
    ["good, by the issuer, named by key", { signer: "ca", options: ["-resp_key_id"] }, "good", /leaf.pem: good/],
    ["good, asked with SHA-1", { digest: "SHA-1" }, "good", /leaf.pem: good/],
    ["good, asked with SHA-384", { digest: "SHA-384" }, "good", /leaf.pem: good/],
    ["revoked for no reason", { entry: revokedFor("") }, "revoked 0", /leaf.pem: revoked/],
    ["revoked for the compromise of its key", { entry: revokedFor(",keyCompromise") }, "revoked 1", /keyCompromise/],
    ["on hold", { entry: revokedFor(",certificateHold") }, "revoked 6", /certificateHold/],
    ["not known", { entry: undefined }, "NAT_OCSP_UNKNOWN", /leaf.pem: unknown/],
  ];
  for (const [title, asked, verdict, told] of cases)
    test(`${title}: ${verdict}`, async () => {
      assert.equal(await ours(await answer(asked)), verdict);
      assert.match(await openssl(...judge(asked)), told);
    });

  const refused: readonly [title: string, asked: Asked, code: string, openssl: RegExp][] = [
    [
      "by a certificate that is for other things",
      { signer: "purposeless" },
      "NAT_OCSP_DELEGATION",
      /missing ocspsigning usage/,
    ],
    ["by another authority", { signer: "other" }, "NAT_OCSP_DELEGATION", /Response Verify Failure/],
    ["with a false signature", { options: ["-badsig"] }, "NAT_OCSP_SIGNATURE", /Response Verify Failure/],
    [
      "without the delegate's certificate",
      { options: ["-resp_no_certs"] },
      "NAT_OCSP_RESPONDER",
      /signer certificate not found/,
    ],
  ];
  for (const [title, asked, code, why] of refused)
    test(`${title}: refused (${code})`, async () => {
      assert.equal(await ours(await answer(asked)), code);
      await refuses(why, "openssl", ...judge());
    });

  test("a delegate that has to be asked about itself: refused, where OpenSSL does not ask", async () => {
    assert.equal(await ours(await answer({ signer: "checked" })), "NAT_OCSP_SIGNER");
    assert.match(await openssl(...judge()), /leaf.pem: good/);
  });

  test("over: refused (NAT_OCSP_NOT_CURRENT)", async () => {
    const response = await answer({});
    assert.equal(await ours(response, new Date(Date.now() + 2 * 86_400_000)), "NAT_OCSP_NOT_CURRENT");
  });

  test("without next update: of its own moment alone", async () => {
    const response = await answer({ lasting: [] });
    assert.equal(response.responses[0]?.nextUpdate, undefined);
    assert.equal(await ours(response), "good");
    assert.equal(await ours(response, new Date(Date.now() + 600_000)), "NAT_OCSP_NOT_CURRENT");
  });

  test("the nonce of our request comes back", async () => {
    const nonce = nodeEntropy.bytes(32);
    const response = await answer({ nonce });
    requireNonce(response, nonce, "refuse");
    assert.throws(() => requireNonce(response, nodeEntropy.bytes(32), "refuse"), { code: "NAT_OCSP_NONCE" });
  });
});

suite("what others read", () => {
  test("our request, by OpenSSL and by GnuTLS", async () => {
    const nonce = new Uint8Array(32).fill(0xab);
    await answer({ nonce });
    const serial = toHex(read("leaf").serialNumber).toUpperCase();
    const text = await openssl("ocsp", "-reqin", desk.path("request.der"), "-req_text");
    for (const part of ["Hash Algorithm: sha256", `Serial Number: ${serial}`, "OCSP Nonce", `0420${"AB".repeat(14)}`])
      assert.ok(text.includes(part), text);
    const told = await accepts("ocsptool", "--request-info", "--load-request", desk.path("request.der"));
    assert.match(told, /Hash Algorithm: SHA256/);
    assert.match(told.toUpperCase(), new RegExp(`SERIAL NUMBER: ${serial}`));
    assert.match(told, /Nonce: (ab){32}/);
  });

  test("GnuTLS verifies what OpenSSL answered and we believe", async () => {
    assert.equal(await ours(await answer({ digest: "SHA-1" })), "good");
    const response = ["--verify-response", "--load-response", desk.path("response.der")];
    assert.match(await accepts("ocsptool", ...response, "--load-trust", file("ca")), /Success/);
  });
});
