// SPDX-License-Identifier: Apache-2.0
// The program and the commands of docs/guides/evidence.md, run as they stand there, with a forged chip maker beside them;
// the commands beside a registrar that runs and reads again what changes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { generateKey, nodeHash } from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import { algorithms, encodePem } from "natalis/formats";
import { fromBase64, type Signer, toBase64 } from "natalis/kernel";
import { bindingValue, encodeChainStatement } from "natalis/protect";
import { type Forged, forgeCertificate, forgeCertificateList, forgeManifestEntry } from "natalis/testing";
import { natalis, outcomeOf, refusedNatalis } from "../support/command.ts";
import { assertProblem } from "../support/problem.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BirthAnswer, requestOf } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scope = scopeOf({ after });

const factory = `
import { generateKey } from "@natalis/node";
import { algorithms, assembleSigned, encodeBasicConstraints, encodeName, encodeTbsCertificate, oids, parseCertificate } from "natalis/formats";
const maker = generateKey(algorithms.ES256).signer;
const { signatureIdentifier } = maker.algorithm;
const issue = async (commonName, publicKey, isAuthority) => {
  const name = (value) => encodeName([{ oid: oids.commonName, value }]);
  const value = encodeBasicConstraints({ isAuthority });
  const tbs = encodeTbsCertificate({
    serialNumber: Uint8Array.of(1), signatureIdentifier, issuer: name("maker"), subject: name(commonName), publicKey,
    notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("9999-12-31T23:59:59Z"),
    extensions: [{ oid: oids.basicConstraints, critical: true, value }],
  });
  return parseCertificate(assembleSigned(tbs, signatureIdentifier, await maker.sign(tbs)));
};
export const factory = {
  root: await issue("maker", maker.publicKey, true),
  certify: (signer) => issue("element", signer.publicKey, false),
};
`;

test("the guide's program proves custody 2", async () => {
  const folder = temporaryFolder(scope);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const guide = readFileSync(join(root, "docs/guides/evidence.md"), "utf8");
  const [program, ...others] = Array.from(guide.matchAll(/^```ts\n(.*?)^```$/gms), ([, block = ""]) => block);
  assert.equal(others.length, 0);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "factory.ts"), factory);
  writeFileSync(join(folder, "program.ts"), program ?? "");
  const run = spawn(process.execPath, ["program.ts"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const { code, stdout, stderr } = await outcomeOf(run);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "custody 2, chip maker\n");
});

suite("manifests at a registrar that runs", () => {
  const format = "secure-element-manifest";
  const maker = generateKey(algorithms.ES256).signer;
  let signer: Forged;
  let registrar: RunningRegistrar;
  let roots: string;
  let words: readonly (readonly string[])[];

  before(async () => {
    signer = await forgeCertificate({ name: "manifest signer", signer: maker });
    registrar = await openRegistrar(scope);
    roots = join(registrar.place.folder, "evidence-roots");
    const guide = readFileSync(join(root, "docs/guides/evidence.md"), "utf8");
    const [block = ""] = Array.from(guide.matchAll(/^```sh\n(.*?)^```$/gms), ([, text = ""]) => text);
    words = block
      .trim()
      .split("\n")
      .map((line) => line.split(" ").slice(2));
  });

  /** Runs until it is so; the registrar looks by a clock of its own. */
  async function until(isSo: () => boolean): Promise<void> {
    for (let i = 0; i < 1500 && !isSo(); i++) await wait(20);
    assert.ok(isSo(), registrar.printed());
  }

  const readAgain = () => registrar.printed().split("were read again").length - 1;

  async function changeRoots(index: string): Promise<void> {
    const before = readAgain();
    writeFileSync(join(roots, "roots.json"), index);
    await until(() => readAgain() > before);
  }

  async function manifestFile(folder: string, keys: readonly Signer[]): Promise<string> {
    const entries = keys.map(({ publicKey }, i) => {
      const jwk = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }).export({
        format: "jwk",
      });
      const manufacturer = { organizationName: "Example Chips" };
      const publicKeySet = { keys: [{ kid: "0", ...jwk }] };
      return forgeManifestEntry(signer, { version: 1, manufacturer, uniqueId: `01${i}f`, publicKeySet });
    });
    const file = join(folder, "reel-7.json");
    writeFileSync(file, JSON.stringify(await Promise.all(entries)));
    return file;
  }

  /** A birth of an element whose key is in no certificate, as the guide tells. */
  async function ask(serial: string, element: Signer) {
    const unit = { product, model: "S-1", serial, facility: "Plant 7" };
    const asked = { ...unit, publicKey: toBase64(element.publicKey) };
    const begun = await registrar.admin.json<Record<"attestation" | "nonce" | "factsHash", string>>(
      "POST",
      "/births/attestations",
      asked,
    );
    const bound = { nonce: fromBase64(begun.nonce), factsHash: fromBase64(begun.factsHash) };
    const value = bindingValue({ publicKey: element.publicKey, ...bound }, nodeHash) as Uint8Array;
    const statement = encodeChainStatement({ certificates: [], signature: await element.sign(value) });
    const evidence = [{ format: "vendor-idevid", statement: toBase64(statement) }];
    const { attestation } = begun;
    const body = { ...unit, request: await requestOf(serial, element), attestation, evidence };
    return registrar.admin.ask("POST", "/births", { body });
  }

  test("an import whose signer nobody configured is refused, and leaves nothing", async () => {
    const file = await manifestFile(temporaryFolder(scope), [generateKey(algorithms.ES256).signer]);
    const data = ["--data", registrar.place.folder];
    await refusedNatalis("NAT_CLIENT_FILE", "evidence", "manifest", "list", ...data);
    await refusedNatalis("NAT_CLIENT_FILE", "evidence", "manifest", "import", file, ...data);
    mkdirSync(roots);
    writeFileSync(join(roots, "roots.json"), "{}");
    await refusedNatalis("NAT_EVIDENCE_ROOT", "evidence", "manifest", "import", file, ...data);
    await refusedNatalis("NAT_CLIENT_FILE", "evidence", "manifest", "import", `${file}.none`, ...data);
  });

  test("the guide's commands: births know the elements at once, and no more when they are forgotten", async () => {
    mkdirSync(join(roots, format), { recursive: true });
    writeFileSync(join(roots, format, "chip maker.pem"), encodePem("CERTIFICATE", signer.certificate.der));
    await changeRoots(JSON.stringify({ [format]: { "chip maker": { cap: 2 } } }));
    const elements = [0, 1, 2, 3].map(() => generateKey(algorithms.ES256).signer) as [Signer, Signer, Signer, Signer];
    const [first, second, third, fourth] = elements;
    const folder = temporaryFolder(scope);
    await manifestFile(folder, elements);
    assertProblem(await ask("G-0", first), 403, "NAT_EVIDENCE_UNIT");
    const told: string[] = [];
    for (const line of words) {
      const placed = line.map((word) => (word === "reel-7.json" ? join(folder, word) : word));
      told.push(await natalis(...placed, "--data", registrar.place.folder));
    }
    assert.match(told[0] ?? "", /^reel-7: 4 elements imported\n$/);
    assert.match(told[1] ?? "", /^reel-7\t4\t20\d\d-/);
    assert.equal(told[2], "010f\t1\n011f\t1\n012f\t1\n013f\t1\n");
    const again = [...(words[0] ?? [])].map((word) => (word === "reel-7.json" ? join(folder, word) : word));
    await refusedNatalis("NAT_SERVICE_CONFLICT", ...again, "--data", registrar.place.folder);
    const born = await ask("G-1", first);
    assert.equal(born.status, 201, born.text);
    const { custody, evidence } = parseBirthRecord(fromBase64((JSON.parse(born.text) as BirthAnswer).record));
    assert.deepEqual([custody, evidence[0]?.format], [2, "vendor-idevid"]);
    // What is not sound changes nothing, and is told.
    const before = registrar.printed().length;
    writeFileSync(join(roots, "roots.json"), "{");
    await until(() => registrar.printed().includes("NAT_SERVICE_EVIDENCE", before));
    assert.equal((await ask("G-2", second)).status, 201);
    await changeRoots(JSON.stringify({ [format]: { "chip maker": { cap: 1 } } }));
    const capped = JSON.parse((await ask("G-3", third)).text) as BirthAnswer;
    assert.equal(parseBirthRecord(fromBase64(capped.record)).custody, 1);
    // A list that tells no more is named, and is no list of another's.
    const [thisUpdate, nextUpdate] = [new Date("2020-01-01T00:00:00Z"), new Date("2020-02-01T00:00:00Z")];
    const ended = await forgeCertificateList({ issuer: signer, thisUpdate, nextUpdate });
    writeFileSync(join(roots, format, "ended.crl"), ended.der);
    await until(() => registrar.printed().includes("lists of revoked certificates have ended"));
    assert.match(registrar.printed(), /"issuers":\["CN=manifest signer"\]/);
    await natalis("evidence", "manifest", "remove", "reel-7", "--data", registrar.place.folder);
    assertProblem(await ask("G-4", fourth), 403, "NAT_EVIDENCE_UNIT");
    await refusedNatalis(
      "NAT_SERVICE_NOT_FOUND",
      "evidence",
      "manifest",
      "remove",
      "reel-7",
      "--data",
      registrar.place.folder,
    );
  });
});
