// SPDX-License-Identifier: Apache-2.0
// `natalis verify` on certificates of a registrar and of openssl: what it prints, how it ends, and that it names the
// rule, its section and the certificate at fault. And the guide's lines run.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodePem, parsePem } from "natalis/formats";
import { natalis, type Outcome, outcomeOf, runNatalis, runProgram } from "../support/command.ts";
import { makeRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
const file = (name: string) => join(folder, name);
/** Commands that change nothing. */
const together = { concurrency: 4 };

const authority = [
  "basicConstraints=critical,CA:TRUE",
  "keyUsage=critical,keyCertSign,cRLSign",
  "subjectKeyIdentifier=hash",
];
const endEntity = [
  "basicConstraints=critical,CA:FALSE",
  "keyUsage=critical,digitalSignature",
  "authorityKeyIdentifier=keyid",
  "subjectKeyIdentifier=hash",
];

before(async () => {
  await makeCertificate("root", "/O=Example/CN=Root", authority);
  await makeCertificate("other", "/O=Example/CN=Other Root", authority);
  await makeCertificate("ca", "/O=Example/CN=Issuing", [...authority, "authorityKeyIdentifier=keyid"], "root");
  const server = [...endEntity, "extendedKeyUsage=serverAuth", "subjectAltName=DNS:host.example,IP:192.0.2.7"];
  await makeCertificate("server", "/CN=host.example", server, "ca");
  await makeCertificate(
    "client",
    "/CN=caf\u00e9, \u001b[2J\\, Ltd/serialNumber=SN-7",
    [...endEntity, "extendedKeyUsage=clientAuth"],
    "ca",
  );
  writeFileSync(file("chain.pem"), ["server", "ca"].map((name) => readFileSync(pem(name), "utf8")).join("then:\n"));
  const der = derOf("server");
  writeFileSync(file("server.der"), der);
  writeFileSync(file("tampered.pem"), encodePem("CERTIFICATE", der.with(der.length - 1, (der.at(-1) as number) ^ 1)));
  writeFileSync(file("cut.pem"), encodePem("CERTIFICATE", der.subarray(0, -1)));
  writeFileSync(file("no.pem"), "nothing\n");
});

test("a certificate that holds: the path to its anchor, and what it holds for", async () => {
  const words = [
    "--roots",
    pem("root"),
    "--purpose",
    "serverAuth",
    "--name",
    "dns:host.example",
    "--name",
    "ip:192.0.2.7",
  ];
  const { code, stdout, stderr } = await verify([pem("server"), pem("ca")], ...words);
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stderr, "");
  const lines = stdout.split("\n").map((line) => line.replace(folder, "").replaceAll(/[0-9a-f]{38,40}/g, "SERIAL"));
  assert.match(lines[0] ?? "", /^valid at \d{4}-\d\d-\d\dT/);
  const told = lines.slice(1).map((line) => line.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME"));
  assert.deepEqual(
    told.filter((line) => !line.startsWith("   status: ")),
    [
      "0: CN=host.example (/server.pem)",
      "   issuer CN=Issuing,O=Example",
      "   serial SERIAL, key P-256, from TIME to TIME",
      "1: CN=Issuing,O=Example (/ca.pem)",
      "   issuer CN=Root,O=Example",
      "   serial SERIAL, key P-256, from TIME to TIME",
      "anchor: CN=Root,O=Example (/root.pem)",
      "   issuer CN=Root,O=Example",
      "   serial SERIAL, key P-256, from TIME to TIME",
      "purpose: serverAuth (1.3.6.1.5.5.7.3.1)",
      "names: dns:host.example, ip:192.0.2.7",
      "policies: none",
      "",
    ],
  );
  assert.equal(told.filter((line) => line.startsWith("   status: ")).length, 2);
});

suite("holds as well", together, () => {
  const ways: readonly [string, string[], string[]][] = [
    ["in DER, the issuer beside it", ["server.der"], ["--untrusted", "ca.pem"]],
    ["in one file with its issuer", ["chain.pem"], []],
    ["beside certificates that nothing needs", ["server.pem", "cut.pem", "other.pem", "ca.pem"], []],
    ["for a client", ["client.pem", "ca.pem"], ["--purpose", "clientAuth", "--name", "serial:SN-7"]],
    ["under a limit that it keeps", ["chain.pem"], ["--max-depth", "1", "--revocation", "off"]],
    ["conforming", ["chain.pem"], ["--conforming"]],
  ];
  for (const [title, files, words] of ways)
    test(title, async () => {
      const { code, stdout, stderr } = await verify(files.map(file), "--roots", pem("root"), ...words.map(inFolder));
      assert.equal(code, 0, stdout + stderr);
    });
});

suite("refused", together, () => {
  const inQuestion = "certificate in question";
  const refusals: readonly [string, string[], string[], string, string | undefined][] = [
    ["without its issuer", ["server.pem"], [], "NAT_PATH_ISSUER_UNKNOWN", inQuestion],
    ["under another root", ["chain.pem", "other.pem"], ["--roots", "other.pem"], "NAT_PATH_ISSUER_UNKNOWN", undefined],
    ["after its time", ["chain.pem"], ["--at", "2040-01-01T00:00:00Z"], "NAT_PATH_EXPIRED", undefined],
    ["before its time", ["chain.pem"], ["--at", "2020-01-01T00:00:00Z"], "NAT_PATH_NOT_YET_VALID", "anchor"],
    ["for another purpose", ["chain.pem"], ["--purpose", "clientAuth"], "NAT_PATH_PURPOSE", inQuestion],
    ["for a purpose that must be listed", ["ca.pem"], ["--purpose", "codeSigning"], "NAT_PATH_PURPOSE", inQuestion],
    ["for another name", ["chain.pem"], ["--name", "dns:other.example"], "NAT_PATH_NAME", inQuestion],
    [
      "for one name of two",
      ["chain.pem"],
      ["--name", "dns:host.example", "--name", "dns:b.example"],
      "NAT_PATH_NAME",
      inQuestion,
    ],
    ["for a pattern", ["chain.pem"], ["--name", "dns:*.example"], "NAT_PATH_NAME_FORM", undefined],
    [
      "without a policy",
      ["chain.pem"],
      ["--policy", "1.2.3", "--require-explicit-policy"],
      "NAT_PATH_POLICY",
      undefined,
    ],
    ["under a limit of none in between", ["chain.pem"], ["--max-depth", "0"], "NAT_PATH_DEPTH", inQuestion],
    ["tampered with", ["tampered.pem", "ca.pem"], [], "NAT_PATH_SIGNATURE", inQuestion],
    ["cut", ["cut.pem", "ca.pem"], [], "NAT_DER_TRUNCATED", inQuestion],
    ["where its issuer cannot be read", ["server.pem", "cut.pem"], [], "NAT_DER_TRUNCATED", "certificate 1"],
    ["where it is no certificate", ["no.pem", "ca.pem"], [], "NAT_PEM_NONE", inQuestion],
    ["with a list that is none", ["chain.pem"], ["--crl", "server.der"], "NAT_", undefined],
  ];
  for (const [title, files, words, code, fault] of refusals)
    test(title, async () => {
      const roots = words.includes("--roots") ? [] : ["--roots", pem("root")];
      const outcome = await verify(files.map(file), ...roots, ...words.map(inFolder));
      const told = outcome.stdout + outcome.stderr;
      assert.equal(outcome.code, 1, told);
      assert.match(outcome.stdout, new RegExp(`^refused: .*\\. \\[${code}`));
      if (fault !== undefined) assert.match(outcome.stdout, new RegExp(`^at fault: ${fault}, `, "m"));
      const asJson = await verify(files.map(file), ...roots, ...words.map(inFolder), "--json");
      const { valid, certificate, ...verdict } = JSON.parse(asJson.stdout);
      assert.deepEqual([asJson.code, valid], [1, false]);
      assert.ok(verdict.code.startsWith(code), verdict.code);
      if (fault !== undefined)
        assert.equal(certificate.index, fault === "anchor" ? null : fault === inQuestion ? 0 : 1);
    });
});

test("a refusal names rule, section and certificate; what is left out is warned of", async () => {
  const words = [pem("server"), file("cut.pem"), pem("ca"), "--roots", pem("root"), "--at", "2040-01-01T00:00:00Z"];
  const { stdout, stderr } = await runNatalis("verify", ...words);
  assert.match(
    stdout,
    /^refused: A certificate of the path has expired \(RFC 5280 6\.1\.3 a 2\)\. \[NAT_PATH_EXPIRED\]/,
  );
  assert.match(stdout, /^at fault: .*, CN=.*, serial [0-9a-f]+ \(.*\.pem\)$/m);
  assert.match(stderr, /^warning: .*cut\.pem, certificate 1, is left out: .* \[NAT_DER_TRUNCATED\]/);
});

test("a name is shown as RFC 4514 writes it, and moves no cursor", async () => {
  const { stdout } = await verify([pem("client"), pem("ca")], "--roots", pem("root"));
  assert.ok(stdout.includes("0: serialNumber=SN-7,CN=café\\, \\1b[2J\\, Ltd ("), stdout);
});

test("the verdict as JSON", async () => {
  const { stdout } = await verify([pem("server"), pem("ca")], "--roots", pem("root"), "--json", "--revocation", "off");
  assert.equal(stdout.split("\n").length, 2);
  const { path, ...verdict } = JSON.parse(stdout);
  const reason = "The path holds: 3 certificates, the anchor included.";
  assert.deepEqual(verdict, { valid: true, code: null, reason, certificate: null, policies: [], status: [] });
  const { serial, notBefore, notAfter, ...server } = path[0];
  assert.match(serial, /^[0-9a-f]+$/);
  assert.ok(Date.parse(notBefore) < Date.parse(notAfter));
  assert.deepEqual(server, {
    subject: "CN=host.example",
    issuer: "CN=Issuing,O=Example",
    key: "P-256",
    file: pem("server"),
    position: 1,
  });
  assert.equal(path.length, 3);
});

suite("wrong use ends with 2, and says why", together, () => {
  const uses: readonly [string[], RegExp][] = [
    [[], /no certificate/],
    [["server.pem"], /nothing is trusted/],
    [["absent.pem", "--roots", "root.pem"], /NAT_CLIENT_FILE.*absent\.pem/],
    [["server.pem", "--roots", "absent.pem"], /NAT_CLIENT_FILE.*absent\.pem/],
    [["server.pem", "--trust", "root.pem"], /NAT_REGISTRY_TRUST_FILE/],
    [["server.pem", "--roots", "root.pem", "--at", "2026-02-30T00:00:00Z"], /not a time/],
    [["server.pem", "--roots", "root.pem", "--purpose", "server"], /not one of clientAuth/],
    [["server.pem", "--roots", "root.pem", "--name", "host.example"], /not exactly one of dns/],
    [["server.pem", "--roots", "root.pem", "--name", "dns:"], /dns|Too small/],
    [["server.pem", "--roots", "root.pem", "--policy", "any"], /object identifier/],
    [["server.pem", "--roots", "root.pem", "--max-depth", "-1"], /whole number/],
    [["server.pem", "--roots", "root.pem", "--revocation", "soft"], /Allowed choices/],
    [["server.pem", "--roots", "root.pem", "--workers", "2"], /--workers is for --batch/],
    [["server.pem", "--batch", "no.pem"], /with --batch/],
    [["--batch", "no.pem", "--roots", "root.pem"], /cannot be used with/],
    [["--batch", "no.pem", "--revocation", "off"], /cannot be used with/],
    [["--batch", "absent.ndjson"], /NAT_CLIENT_FILE.*absent\.ndjson/],
    [["--verbose"], /unknown option/],
  ];
  for (const [words, why] of uses)
    test(words.join(" ") || "nothing", async () => {
      const { code, stdout, stderr } = await runNatalis("verify", ...words.map(inFolder));
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, why);
    });

  test("help is no wrong use", async () => {
    const { code, stdout } = await runNatalis("verify", "--help");
    assert.equal(code, 0);
    assert.match(stdout, /--batch <file>/);
  });
});

test("a device's birth certificate, and the guide's lines", async () => {
  const registrar = await startRegistrar(scope, await makeRegistrar(scope, "--product", "default"));
  const project = file("project");
  mkdirSync(project);
  symlinkSync(registrar.place.folder, join(project, ".natalis"));
  const facts = ["--product", "default", "--model", "M1", "--serial", "SN-0301", "--facility", "plant 2"];
  await natalis("birth", "--device", join(project, "unit"), "--data", registrar.place.folder, ...facts);
  const guide = readFileSync(join(root, "docs/guides/verify.md"), "utf8");
  const blocks = Array.from(guide.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = ""]) => block);
  assert.equal(blocks.length, 4);
  const npx = `npx() { shift; '${process.execPath}' '${root}packages/registrar/src/cli/main.ts' "$@"; }`;
  const node = `node() { '${process.execPath}' "$@"; }`;
  const script = ["set -eu", npx, node, ...blocks].join("\n");
  const told = await outcomeOf(spawn("sh", ["-c", script], { cwd: project, stdio: ["ignore", "pipe", "pipe"] }));
  assert.equal(told.code, 0, told.stdout + told.stderr);
  assert.equal(told.stdout.match(/^valid at /gm)?.length, 2, told.stdout);
  assert.match(
    told.stdout,
    /^refused: No path leads .*\nat fault: certificate in question, CN=.*serialNumber=SN-0301/m,
  );
  const verdicts = readFileSync(join(project, "verdicts.ndjson"), "utf8");
  assert.ok(told.stdout.endsWith(verdicts));
  const answers = verdicts
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    answers.map(({ id, valid, code }) => [id, valid, code]),
    [
      ["holds", true, null],
      ["lacks its issuer", false, "NAT_PATH_ISSUER_UNKNOWN"],
    ],
  );
});

function verify(files: readonly string[], ...words: string[]): Promise<Outcome> {
  return runNatalis("verify", ...files, ...words);
}

/** Words that are names of files stand for these files. */
function inFolder(word: string): string {
  return /\.(?:pem|der|ndjson)$/.test(word) ? file(word) : word;
}

function pem(name: string): string {
  return file(`${name}.pem`);
}

function derOf(name: string): Uint8Array {
  const [der = assert.fail(name)] = parsePem(readFileSync(pem(name), "utf8"), "CERTIFICATE");
  return der;
}

/** A P-256 key and its certificate, by openssl; without an issuer it signs itself. */
async function makeCertificate(
  name: string,
  subject: string,
  extensions: readonly string[],
  issuer?: string,
): Promise<void> {
  const keyWords = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file(`${name}.key`)];
  const extensionWords = extensions.flatMap((extension) => ["-addext", extension]);
  const by = issuer === undefined ? [] : ["-CA", pem(issuer), "-CAkey", file(`${issuer}.key`)];
  const words = [
    "req",
    "-x509",
    "-utf8",
    ...keyWords,
    "-days",
    "30",
    "-subj",
    subject,
    ...by,
    "-config",
    file("openssl.cnf"),
  ];
  writeFileSync(file("openssl.cnf"), "[req]\ndistinguished_name=dn\nstring_mask=utf8only\n[dn]\n");
  const { code, stderr } = await runProgram("openssl", ...words, ...extensionWords, "-out", pem(name));
  assert.equal(code, 0, stderr);
}
