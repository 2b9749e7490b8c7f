// SPDX-License-Identifier: Apache-2.0
// EST clients that never heard of Natalis: curl with openssl, and strongSwan's pki, which has TLS and CMS of its own. The
// lines of the guide run as they stand there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodePem, parsePem } from "natalis/formats";
import { equalBytes } from "natalis/kernel";
import { outcomeOf } from "../support/command.ts";
import { enrolStation, type Station } from "../support/est.ts";
import { loopback } from "../support/ports.ts";
import { makeRegistrar, openRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { accepts, Desk, refuses } from "./peer.ts";

const scope = scopeOf({ after });
const desk = new Desk(scope);
const root = fileURLToPath(new URL("../..", import.meta.url));
let registrar: RunningRegistrar;
let station: Station;
/** The registrar's address, and EST below it. */
let url: string;
let est: string;

before(async () => {
  registrar = await openRegistrar(scope);
  station = await enrolStation(registrar.admin);
  url = `https://${loopback}:${registrar.place.httpsPort}`;
  est = `${url}/.well-known/est`;
  desk.put("root.pem", registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der)).join(""));
  desk.put("station.pem", station.identity.cert);
  desk.put("station.key", station.identity.key);
  desk.put("station.netrc", `machine ${loopback} login ${station.id} password ${station.token}\n`);
});

suite("curl and openssl", () => {
  const byCertificate = () => ["--cert", desk.path("station.pem"), "--key", desk.path("station.key")];
  const byToken = () => ["--netrc-file", desk.path("station.netrc")];

  /** Answers the status. */
  async function curl(out: string, path: string, ...words: readonly string[]): Promise<string> {
    const given = ["-sS", "--cacert", desk.path("root.pem"), "-o", desk.path(out), "-w", "%{http_code}"];
    return accepts("curl", ...given, ...words, `${est}/${path}`);
  }

  function enrol(out: string, request: string, ...words: readonly string[]): Promise<string> {
    const body = ["-H", "Content-Type: application/pkcs10", "--data-binary", `@${request}`];
    return curl(out, `${product}/simpleenroll`, ...body, ...words);
  }

  /** A new key and its request, base64. */
  async function newRequest(serial: string, ...subject: readonly string[]): Promise<string> {
    const path = (end: string) => desk.path(`${serial}.${end}`);
    const named = subject.length === 0 ? ["-subj", `/OU=S-1/serialNumber=${serial}`] : subject;
    await accepts("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path("key"));
    await accepts("openssl", "req", "-new", "-key", path("key"), ...named, "-outform", "DER", "-out", path("der"));
    await accepts("openssl", "base64", "-in", path("der"), "-out", path("p10"));
    return path("p10");
  }

  async function certificatesOf(answer: string, tool: "pkcs7" | "cms"): Promise<string> {
    const der = desk.path(`${answer}.der`);
    await accepts("openssl", "base64", "-d", "-A", "-in", desk.path(answer), "-out", der);
    const pem = desk.path(`${answer}.${tool}.pem`);
    if (tool === "pkcs7") await accepts("openssl", "pkcs7", "-inform", "DER", "-in", der, "-print_certs", "-out", pem);
    else
      await accepts(
        "openssl",
        "cms",
        "-verify",
        "-noverify",
        "-nosigs",
        "-inform",
        "DER",
        "-in",
        der,
        "-certsout",
        pem,
      );
    return pem;
  }

  test("find the authorities in cacerts, and a birth certificate below them", async () => {
    assert.equal(await curl("cacerts", "cacerts"), "200");
    const authorities = await certificatesOf("cacerts", "pkcs7");
    assert.equal(parsePem(desk.get(authorities), "CERTIFICATE").length, 2);
    for (const [how, words] of [
      ["certificate", byCertificate()],
      ["token", byToken()],
    ] as const) {
      assert.equal(await enrol(how, await newRequest(`CURL-${how}`), ...words), "200", desk.get(desk.path(how)));
      const unit = await certificatesOf(how, "pkcs7");
      const verify = ["-CAfile", desk.path("root.pem"), "-untrusted", authorities, "-purpose", "sslclient", unit];
      assert.match(await accepts("openssl", "verify", ...verify), /: OK\n$/);
      const subject = await accepts("openssl", "x509", "-in", unit, "-noout", "-subject");
      assert.match(subject, new RegExp(`serialNumber = CURL-${how}, CN = [0-9a-f-]{36}\n$`));
    }
  });

  test("see a CMS message of version 1 without content or signers", async () => {
    assert.equal(await curl("cms", "cacerts"), "200");
    const der = desk.path("cms.der");
    await accepts("openssl", "base64", "-d", "-A", "-in", desk.path("cms"), "-out", der);
    const told = await accepts("openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", der);
    assert.match(told, /contentType: pkcs7-signedData.*version: 1\n.*eContent: <ABSENT>.*signerInfos:\s+<EMPTY>/s);
  });

  test("get the same answer again", async () => {
    const request = await newRequest("CURL-again");
    for (const out of ["first", "second"]) assert.equal(await enrol(out, request, ...byCertificate()), "200");
    assert.equal(desk.get(desk.path("second")), desk.get(desk.path("first")));
  });

  test("read csrattrs, with the template's object identifier", async () => {
    assert.equal(await curl("csrattrs", `${product}/csrattrs`, ...byToken()), "200");
    const der = desk.path("csrattrs.der");
    await accepts("openssl", "base64", "-d", "-A", "-in", desk.path("csrattrs"), "-out", der);
    const told = await accepts("openssl", "asn1parse", "-inform", "DER", "-in", der);
    for (const name of [
      "id-ecPublicKey",
      "prime256v1",
      "ecdsa-with-SHA256",
      "serialNumber",
      "1.2.840.113549.1.9.16.2.61",
    ])
      assert.ok(told.includes(`:${name}\n`), told);
  });

  test("are told in words why not", async () => {
    const request = await newRequest("CURL-refused");
    for (const [status, why, words] of [
      ["401", /NAT_HTTP_UNAUTHENTICATED/, []],
      ["401", /NAT_HTTP_UNAUTHENTICATED/, ["--user", `${station.id}:wrong`]],
      ["415", /NAT_HTTP_MEDIA_TYPE/, [...byToken(), "-H", "Content-Type: text/plain"]],
    ] as const) {
      const body = ["-H", "Content-Type: application/pkcs10", "--data-binary", `@${request}`];
      const last = status === "415" ? [...body.slice(2), ...words] : [...body, ...words];
      assert.equal(await curl("refused", `${product}/simpleenroll`, ...last), status);
      assert.match(desk.get(desk.path("refused")), why);
    }
    assert.equal(await curl("refused", `${product}/simplereenroll`, ...byToken(), "-d", "x"), "404");
  });

  test("are refused with a challenge password, which openssl offers to ask for", async () => {
    const sections = ["[n]\nOU=S-1\nserialNumber=CURL-password", "[a]\nchallengePassword=secret\n"];
    const lines = ["[req]\nprompt=no\ndistinguished_name=n\nattributes=a", ...sections];
    const request = await newRequest("CURL-password", "-config", desk.put("password.cnf", lines.join("\n")));
    assert.equal(await enrol("password", request, ...byToken()), "400");
    assert.match(desk.get(desk.path("password")), /\[NAT_EST_LINK\]/);
  });
});

suite("strongSwan", () => {
  const trusted = () => ["--url", url, "--cacert", desk.path("root.pem"), "--cacert", desk.path("authority-1.crt")];
  const byToken = () => ["--userpass", `${station.id}:${station.token}`];

  /** pki writes what it makes to standard output. */
  async function pki(out: string, ...words: readonly string[]): Promise<string> {
    return accepts("sh", "-c", 'out=$1; shift; exec pki "$@" > "$out"', "sh", desk.path(out), ...words);
  }

  async function newRequest(serial: string): Promise<string> {
    const [key, p10] = [`${serial}.key`, `${serial}.p10`];
    await pki(key, "--gen", "--type", "ecdsa", "--size", "256");
    await pki(p10, "--req", "--type", "priv", "--in", desk.path(key), "--dn", `OU=S-1, serialNumber=${serial}`);
    return desk.path(p10);
  }

  test("pki --estca takes root and issuing authority, and trusts both by the root that it has", async () => {
    const words = ["--cacert", desk.path("root.pem"), "--caout", desk.path("authority.crt")];
    const told = await accepts("pki", "--estca", "--url", url, ...words);
    assert.match(told, /Root CA cert is trusted.*Sub CA cert is trusted/s);
    const [trust] = registrar.trust.roots;
    assert.ok(equalBytes(readFileSync(desk.path("authority.crt")), trust?.der as Uint8Array));
    assert.ok(existsSync(desk.path("authority-1.crt")));
  });

  test("pki --est has a unit born, and again, with the same certificate", async () => {
    const request = await newRequest("SWAN-1");
    const told = await pki("unit.crt", "--est", ...trusted(), "--in", request, ...byToken());
    assert.match(told, /Issued certificate is trusted, valid from .* until Dec 31 23:59:59 9999/);
    await pki("again.crt", "--est", ...trusted(), "--in", request, ...byToken());
    assert.deepEqual(readFileSync(desk.path("again.crt")), readFileSync(desk.path("unit.crt")));
    const words = ["-inform", "DER", "-in", desk.path("unit.crt"), "-noout", "-subject"];
    assert.match(await accepts("openssl", "x509", ...words), /OU = S-1, serialNumber = SWAN-1, CN = /);
  });

  test("pki --est without password, or with a wrong one, is told 401", async () => {
    const request = await newRequest("SWAN-2");
    for (const words of [[], ["--userpass", `${station.id}:wrong`]])
      await refuses(/HTTP 401/, "pki", "--est", ...trusted(), "--in", request, ...words);
  });

  test("pki --est with a certificate asks to renew it, which is not offered", async () => {
    const words = ["--cert", desk.path("station.pem"), "--key", desk.path("station.key")];
    await refuses(/HTTP 404/, "pki", "--est", ...trusted(), "--in", await newRequest("SWAN-3"), ...words);
  });
});

test("the guide's lines run, and tell what it says", async () => {
  const own = await startRegistrar(scope, await makeRegistrar(scope, "--product", "default"));
  const project = desk.path("project");
  mkdirSync(project);
  symlinkSync(own.place.folder, `${project}/.natalis`);
  const guide = readFileSync(`${root}/docs/guides/est.md`, "utf8");
  const blocks = Array.from(guide.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = ""]) => block);
  assert.ok(blocks.length >= 5);
  const lines = blocks.join("\n").replace("127.0.0.1:8443", `${loopback}:${own.place.httpsPort}`);
  const npx = `npx() { shift; '${process.execPath}' '${root}packages/registrar/src/cli/main.ts' "$@"; }`;
  const script = ["set -eu", npx, lines].join("\n");
  const shell = spawn("bash", ["-c", script], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
  const { code, stdout, stderr } = await outcomeOf(shell);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /^station-[0-9a-f]{16}\n/m);
  assert.match(stdout, /^unit\.pem: OK$/m);
  assert.match(stdout, /OBJECT +:serialNumber/);
  const { devices } = await own.admin.json<{ devices: { facility: string }[] }>("GET", "/devices");
  assert.deepEqual(
    devices.map(({ facility }) => facility),
    ["plant 2, line 1", "plant 2, line 2"],
  );
});
