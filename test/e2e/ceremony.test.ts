// SPDX-License-Identifier: Apache-2.0
// The offline root ceremony at the command line, its root in a SoftHSM token: from the registrar's request to births
// under it, every artefact judged by openssl; the guide's lines as they stand there; and what a registrar that waits for
// its certificates refuses.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { natalis, refusedNatalis, runProgram } from "../support/command.ts";
import { runGuide } from "../support/guide.ts";
import { freePort, loopback } from "../support/ports.ts";
import { maker, origin, type Place, product, serveWords, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { makeSoftAuthority, type SoftAuthority } from "../support/soft-authority.ts";
import { bear, makeDevice } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
const at = (name: string) => join(folder, name);
let authority: SoftAuthority;
/** Waits for its root; each test goes on in a copy. */
let waiting: Place;
let publicUrl: string;

before(async () => {
  authority = await makeSoftAuthority(at("hsm"), "safe");
  waiting = { folder: at("waiting"), httpPort: await freePort(), httpsPort: await freePort() };
  publicUrl = `http://${loopback}:${waiting.httpPort}`;
  const facts = ["--maker", maker, "--origin", origin, "--public-url", publicUrl, "--product", product];
  await natalis("init", "--data", waiting.folder, ...facts, "--external-root");
  await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at("witness.key"));
  await openssl("pkey", "-in", at("witness.key"), "-pubout", "-out", at("witness.pub"));
  const { module } = authority;
  writePlan("plan.json", { root: { key: `pkcs11:token=safe;object=the%20root?module-path=${module}` } });
  await ceremony("plan.json", "record");
});

async function openssl(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram("openssl", ...words);
  assert.equal(code, 0, `openssl ${words.join(" ")}\n${stdout}${stderr}`);
  return stdout + stderr;
}

function writePlan(name: string, changes: object): void {
  const participants = [{ name: "Wanda Witness", role: "witness", key: "witness.pub" }];
  const authorities = { maker, publicUrl, arc: "1.3.6.1.4.1.32473" };
  const requests = ["waiting/issuing.csr"];
  writeFileSync(at(name), JSON.stringify({ title: name, ...authorities, participants, requests, ...changes }));
}

function ceremony(plan: string, record: string, ...words: string[]): Promise<string> {
  const secrets = ["--pin-file", authority.pinFile, "--passphrase-file", authority.pinFile];
  return natalis("ceremony", "run", at(plan), "--folder", at(record), "--yes", ...secrets, ...words);
}

/** Another ceremony, with a root in a file. */
async function otherCeremony(name: string, changes: object, ...words: string[]): Promise<void> {
  writePlan(`${name}.json`, { root: { key: `${name}.key` }, ...changes });
  await ceremony(`${name}.json`, name, ...words);
}

async function copyOfWaiting(): Promise<Place> {
  const copy = at(`data-${readdirSync(folder).length}`);
  cpSync(waiting.folder, copy, { recursive: true });
  return { ...waiting, folder: copy };
}

function completeWords(
  { folder: data }: Place,
  record: string,
  files: Readonly<Record<string, string>> = {},
): string[] {
  const paths = {
    root: `${record}/root.pem`,
    issuing: `${record}/issuing-1.pem`,
    "root-crl": `${record}/root.crl`,
    ...files,
  };
  return ["init", "--data", data, ...Object.entries(paths).flatMap(([name, path]) => [`--${name}`, at(path)])];
}

suite("what a ceremony makes", () => {
  test("openssl finds right: request, root, issuing authority, list, signature of the witness", async () => {
    assert.match(await openssl("req", "-in", at("waiting/issuing.csr"), "-noout", "-verify"), /verify OK/);
    const issuing = ["-CAfile", at("record/root.pem"), "-x509_strict", "-purpose", "any", at("record/issuing-1.pem")];
    assert.match(await openssl("verify", ...issuing), /: OK/);
    const checked = ["-crl_check_all", "-CRLfile", at("record/root.crl"), "-CAfile", at("record/root.pem")];
    assert.match(await openssl("verify", ...checked, at("record/issuing-1.pem")), /: OK/);
    assert.match(
      await openssl("crl", "-in", at("record/root.crl"), "-CAfile", at("record/root.pem"), "-noout"),
      /verify OK/,
    );
    const shown = await openssl("x509", "-in", at("record/root.pem"), "-noout", "-fingerprint", "-sha256");
    const fingerprint = (shown.split("=")[1] ?? "").trim().replaceAll(":", "").toLowerCase();
    assert.ok(readFileSync(at("record/record.txt"), "utf8").includes(`certificate, SHA-256: ${fingerprint}`));
    await openssl("dgst", "-sha256", "-sign", at("witness.key"), "-out", at("witness.sig"), at("record/record.json"));
    const told = await natalis("ceremony", "verify", at("record"), "--signature", at("witness.sig"));
    assert.match(told, /signed by Wanda Witness/);
  });

  test("is by a key that the token made and keeps", () => {
    const { module, pin } = authority;
    const words = ["--module", module, "--token-label", "safe", "--login", "--pin", pin, "-O", "--type", "privkey"];
    const { stdout } = spawnSync("pkcs11-tool", words, { encoding: "utf8" });
    assert.match(stdout, /label: +the root\n[\s\S]*never extractable, local/);
    for (const name of readdirSync(at("record")))
      assert.ok(!readFileSync(at(`record/${name}`), "latin1").includes(pin), name);
  });

  test("is not made twice: neither the ceremony nor the key", async () => {
    const words = ["ceremony", "run", at("plan.json"), "--yes", "--pin-file", authority.pinFile, "--folder"];
    await refusedNatalis("NAT_CEREMONY_ENDED", ...words, at("record"));
    await refusedNatalis("NAT_CEREMONY_OVERWRITE", ...words, at("record-again"));
  });
});

suite("a registrar with its root elsewhere", () => {
  test("does not serve before, bears devices after, and has no key of the root", async () => {
    const place = await copyOfWaiting();
    await refusedNatalis("NAT_SERVICE_DATA", ...serveWords(place));
    await natalis(...completeWords(place, "record"));
    await refusedNatalis("NAT_SERVICE_CONFLICT", ...completeWords(place, "record"));
    assert.ok(!existsSync(join(place.folder, "root.key")));
    assert.ok(!readdirSync(place.folder).some((name) => name.endsWith(".new") || name === "awaited.json"));
    const registrar = await startRegistrar(scope, place);
    const born = await bear(registrar.admin, await makeDevice("OFFLINE-ROOT-1"));
    const [issuing = ""] = born.chain;
    writeFileSync(at("unit.pem"), born.certificate);
    writeFileSync(at("chain.pem"), issuing);
    await openssl("verify", "-CAfile", at("record/root.pem"), "-untrusted", at("chain.pem"), at("unit.pem"));

    const list = () => registrar.plain.ask("GET", new URL(crlAddress()).pathname);
    const before = await list();
    assert.equal(before.status, 200);
    writePlan("yearly.json", {
      root: {
        key: `pkcs11:token=safe;object=the%20root?module-path=${authority.module}`,
        certificate: "record/root.pem",
      },
      requests: [],
    });
    await ceremony("yearly.json", "yearly");
    await natalis("ceremony", "import-crl", at("yearly/root.crl"), "--data", place.folder);
    assert.notDeepEqual((await list()).body, before.body, "the newer list is served at once");
    await refusedNatalis(
      "NAT_REGISTRY_CRL_NUMBER",
      "ceremony",
      "import-crl",
      at("record/root.crl"),
      "--data",
      place.folder,
    );
    assert.equal((await registrar.stop()).code, 0);
    assert.match(await natalis("log", "audit", "--data", place.folder), /^audit: clean$/m);
  });

  test("refuses what is not its own: each with the reason", async () => {
    const place = await copyOfWaiting();
    await otherCeremony("other", {});
    const key = at("stranger.key");
    await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
    await openssl("req", "-new", "-key", key, "-subj", `/O=${maker}/CN=foreign`, "-out", at("foreign.csr"));
    await otherCeremony("foreign", { requests: ["foreign.csr"] });
    await otherCeremony("elsewhere", { publicUrl: "http://pki.elsewhere" });
    await otherCeremony("practice", {}, "--rehearsal");
    const serial = (await openssl("x509", "-in", at("other/issuing-1.pem"), "-noout", "-serial")).split("=")[1] ?? "";
    const revoked = [{ serial: serial.trim().toLowerCase(), reason: "superseded", date: "2026-01-01T00:00:00Z" }];
    await otherCeremony("revoking", {
      root: { key: "other.key", certificate: "other/root.pem" },
      requests: [],
      revoked,
    });

    const cases: readonly (readonly [record: string, files: Readonly<Record<string, string>>, because: RegExp])[] = [
      ["foreign", {}, /another key/],
      ["record", { issuing: "foreign/issuing-1.pem" }, /another key/],
      ["record", { issuing: "other/issuing-1.pem" }, /NAT_ISSUE_LINT|NAT_PATH/],
      ["other", { root: "record/root.pem" }, /NAT_ISSUE_LINT|NAT_PATH/],
      ["other", { root: "other/issuing-1.pem" }, /NAT_ISSUE_LINT/],
      ["other", { "root-crl": "record/root.crl" }, /NAT_STATUS/],
      ["other", { "root-crl": "revoking/root.crl" }, /REVOKED/],
      ["elsewhere", {}, /NAT_ISSUE_LINT/],
      ["practice", {}, /rehearsal/],
      ["other", { root: "absent.pem" }, /absent/],
    ];
    for (const [record, files, because] of cases)
      assert.match(await refusedNatalis("NAT_SERVICE_AUTHORITY", ...completeWords(place, record, files)), because);
    await refusedNatalis("NAT_PEM_NONE", ...completeWords(place, "other", { root: "other/root.crl" }));
    await refusedNatalis("NAT_CLIENT_OPTION", ...completeWords(place, "other").slice(0, -2));
    await natalis(...completeWords(place, "practice"), "--rehearsal");
    await refusedNatalis(
      "NAT_SERVICE_AUTHORITY",
      "ceremony",
      "import-crl",
      at("other/root.crl"),
      "--data",
      place.folder,
    );
  });
});

function crlAddress(): string {
  const { stdout } = spawnSync(
    "openssl",
    ["x509", "-in", at("record/issuing-1.pem"), "-noout", "-ext", "crlDistributionPoints"],
    {
      encoding: "utf8",
    },
  );
  return /URI:(\S+)/.exec(stdout)?.[1] ?? "";
}

test("the guide's lines run, and tell what it says", async () => {
  const { code, stdout, stderr } = await runGuide("ceremony.md", at("project"));
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /signed by Bob Example: bob\.sig\nsigned by Eve Example: eve\.sig/);
  assert.match(stdout, /issuing-1\.pem: OK/);
  assert.match(stdout, /is born/);
  assert.match(stdout, /is served now/);
  assert.match(stderr, /warning: this was a rehearsal/);
});
