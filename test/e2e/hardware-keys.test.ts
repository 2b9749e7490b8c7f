// SPDX-License-Identifier: Apache-2.0
// Keys in a PKCS#11 token (SoftHSM): the guide's lines as they stand there, a device's life at the command line, and
// what is refused.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  findSoftHsm,
  generateKey,
  initializePkcs11Token,
  makeSoftHsmFolder,
  nodeHash,
  openPkcs11Token,
  softHsmEnvironment,
} from "@natalis/node";
import { parseBirthRecord, parsePkcs11Declaration } from "natalis/birth";
import { algorithms, encodePem } from "natalis/formats";
import { fromBase64, toBase64 } from "natalis/kernel";
import { natalis, type Outcome, outcomeOf, refusedNatalis, runNatalis } from "../support/command.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, type RunningRegistrar, readToken, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BirthAnswer, birthOf, makeDevice, requestOf } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs/guides/pkcs11.md"), "utf8");
const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
const module = findSoftHsm() ?? "";
const [token, pin] = ["line", "97531-user"];
const pinFile = join(folder, "pin");
const [product, careful] = ["default", "careful"];
let registrar: RunningRegistrar;
let data: readonly string[];
/** Everything that a command printed. */
const printed: string[] = [];

before(async () => {
  const place = await makeRegistrar(scope, "--product", product);
  const profile = JSON.parse(readFileSync(join(place.folder, "profiles", `${product}.json`), "utf8")) as object;
  const strict = { ...profile, product: careful, productNumber: 2, minimumCustody: 1 };
  writeFileSync(join(place.folder, "profiles", `${careful}.json`), JSON.stringify(strict));
  registrar = await startRegistrar(scope, place);
  data = ["--data", place.folder];
  Object.assign(process.env, softHsmEnvironment(join(folder, "own")));
  await makeSoftHsmFolder(join(folder, "own"));
  initializePkcs11Token({ module, token, securityOfficerPin: "12345678", pin });
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
});

function birthWords(name: string, label: string, ...more: string[]): string[] {
  const unit = ["--product", product, "--model", "S-1", "--serial", name, "--facility", "Plant 7"];
  const place = [
    "--pkcs11-module",
    module,
    "--pkcs11-token",
    token,
    "--pkcs11-pin-file",
    pinFile,
    "--pkcs11-key",
    label,
  ];
  return ["birth", "--device", join(folder, name), ...unit, ...place, ...data, ...more];
}

async function run(...words: string[]): Promise<Outcome> {
  const outcome = await runNatalis(...words);
  printed.push(outcome.stdout, outcome.stderr);
  return outcome;
}

suite("the guide", () => {
  const project = join(folder, "own-project");

  before(() => {
    spawnSync("mkdir", ["-p", project]);
    symlinkSync(registrar.place.folder, join(project, ".natalis"));
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  });

  test("its lines run, and tell what it says", async () => {
    const entry = join(root, "packages/registrar/src/cli/main.ts");
    const script = ["set -eu", `npx() { shift; '${process.execPath}' '${entry}' "$@"; }`, ...blocks("sh")].join("\n");
    const { code, stdout, stderr } = await outcomeOf(
      spawn("bash", ["-c", script], { cwd: project, stdio: ["ignore", "pipe", "pipe"] }),
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /custody 1/);
    assert.match(stdout, /Policy: 1\.3\.6\.1\.4\.1\.32473\.2\.1\n/);
    assert.match(stdout, /Access: +sensitive, always sensitive, never extractable, local/);
    assert.ok(!existsSync(join(project, "unit/key.pem")));
    assert.ok(!readFileSync(join(project, "unit/key.json"), "utf8").includes("654321"));
  });

  test("its program runs", async () => {
    writeFileSync(join(project, "station.token"), readToken(registrar.place), { mode: 0o600 });
    const [program = ""] = blocks("ts");
    const url = `https://127.0.0.1:${registrar.place.httpsPort}`;
    writeFileSync(join(project, "device.ts"), program.replace("https://127.0.0.1:8443", url));
    const env = { ...process.env, SOFTHSM2_CONF: join(project, "hsm/softhsm2.conf") };
    const { code, stdout, stderr } = await outcomeOf(
      spawn(process.execPath, ["device.ts"], { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] }),
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\d+\n$/);
  });
});

suite("a device whose key is in a token", () => {
  for (const algorithm of ["ES256", "ES384", "EdDSA"])
    test(`is born, authenticates and seals with ${algorithm}; record and registry say custody 1`, async () => {
      const device = join(folder, algorithm);
      const born = await run(...birthWords(algorithm, `key ${algorithm}`, "--algorithm", algorithm));
      assert.equal(born.code, 0, born.stderr);
      const id = born.stdout.slice(0, 36);
      const { custody, evidence, keyHash } = parseBirthRecord(readFileSync(join(device, "record.cbor")));
      const statement = readFileSync(join(device, "pkcs11-declared.cbor"));
      assert.equal(custody, 1);
      assert.deepEqual(evidence, [{ format: "pkcs11-declared", digest: nodeHash.sha256(statement) }]);
      assert.deepEqual(parsePkcs11Declaration(statement).keyHash, keyHash);
      assert.match((await run("device", "show", id, ...data)).stdout, /^custody: 1$/m);
      assert.match((await run("authenticate", "--device", device, ...data)).stdout, /custody 1/);
      const readings = join(folder, `${algorithm}.csv`);
      writeFileSync(readings, "timestamp,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,2\n");
      await natalis("seal", readings, "--device", device, "--name", "load", "--unit", "1", ...data);
      const seals = join(folder, `${algorithm}.seals`);
      const words = ["verify-data", readings, seals, "--device", device, "--name", "load", "--unit", "1", ...data];
      assert.match(await natalis(...words), /^rows: 2, sealed: 2, batches: 1, authentic: 1$/m);
    });

  test("is told of a PIN file that others may read", async () => {
    const loose = join(folder, "loose-pin");
    writeFileSync(loose, pin);
    chmodSync(loose, 0o644);
    assert.match((await run(...birthWords("ES256", "key ES256", "--pkcs11-pin-file", loose))).stderr, /warning: .*644/);
  });

  test("keeps no key file, and a reference without a secret that others may not change", () => {
    const reference = join(folder, "ES256/key.json");
    assert.equal(statSync(reference).mode & 0o777, 0o600);
    assert.ok(!readFileSync(reference, "utf8").includes(pin));
    assert.ok(!existsSync(join(folder, "ES256/key.pem")));
  });

  test("gets the same answer again, with the options or with the reference alone", async () => {
    const again = await run(...birthWords("ES256", "key ES256"));
    assert.match(again.stdout, /was born before/);
    const unit = ["--product", product, "--model", "S-1", "--serial", "ES256", "--facility", "Plant 7"];
    assert.match((await run("birth", "--device", join(folder, "ES256"), ...unit, ...data)).stdout, /was born before/);
  });

  test("with an imported key is born with custody 0, and told why", async () => {
    const file = join(folder, "imported.pem");
    writeFileSync(file, encodePem("PRIVATE KEY", generateKey(algorithms.ES256).pkcs8), { mode: 0o600 });
    const place = ["--import", file, "--token", token, "--label", "imported", "--id", "0a", "--pin", pin];
    assert.equal(spawnSync("softhsm2-util", place).status, 0);
    const born = await run(...birthWords("IMPORTED", "imported"));
    assert.equal(born.code, 0, born.stderr);
    assert.match(born.stderr, /warning: .*NAT_PKCS11_UNDECLARED.*custody will be 0/);
    assert.equal(parseBirthRecord(readFileSync(join(folder, "IMPORTED/record.cbor"))).custody, 0);
  });
});

suite("what is refused", () => {
  test("a wrong PIN, an absent token, an absent module, an absent PIN file", async () => {
    const wrong = join(folder, "wrong-pin");
    writeFileSync(wrong, "1111111\n", { mode: 0o600 });
    await refusedNatalis("NAT_PKCS11_PIN", ...birthWords("R-1", "k", "--pkcs11-pin-file", wrong));
    await refusedNatalis("NAT_PKCS11_TOKEN", ...birthWords("R-2", "k", "--pkcs11-token", "absent"));
    await refusedNatalis("NAT_PKCS11_MODULE", ...birthWords("R-3", "k", "--pkcs11-module", join(folder, "absent.so")));
    await refusedNatalis("NAT_CLIENT_FILE", ...birthWords("R-7", "k", "--pkcs11-pin-file", join(folder, "absent")));
    for (const name of ["R-1", "R-2", "R-3", "R-7"]) assert.ok(!existsSync(join(folder, name)), name);
  });

  test("half of the options, two kinds of key, and another key than the device's", async () => {
    const unit = ["--product", product, "--model", "S-1", "--serial", "R-4", "--facility", "Plant 7"];
    const half = ["birth", "--device", join(folder, "R-4"), ...unit, "--pkcs11-token", token, ...data];
    await refusedNatalis("NAT_CLIENT_OPTION", ...half);
    await refusedNatalis("NAT_CLIENT_OPTION", ...birthWords("R-5", "k", "--request", pinFile));
    await refusedNatalis("NAT_CLIENT_OPTION", ...birthWords("ES256", "another key"));
    await refusedNatalis("NAT_CLIENT_OPTION", ...birthWords("ES256", "key ES256", "--algorithm", "ES384"));
    await natalis("birth", "--device", join(folder, "FILE"), ...unit.with(5, "FILE"), ...data);
    await refusedNatalis("NAT_CLIENT_OPTION", ...birthWords("FILE", "k"));
  });

  test("a reference that others may write, since it names code to run, or that cannot be read", async () => {
    const reference = join(folder, "ES384/key.json");
    const words = ["authenticate", "--device", join(folder, "ES384"), ...data];
    const good = readFileSync(reference);
    chmodSync(reference, 0o622);
    await refusedNatalis("NAT_CLIENT_FILE", ...words);
    chmodSync(reference, 0o600);
    writeFileSync(reference, '{ "module": 1 }');
    await refusedNatalis("NAT_CLIENT_FILE", ...words);
    writeFileSync(reference, good);
  });

  test("a declaration of another key, of another format, or none at all", async () => {
    const opened = await openPkcs11Token({ module, token, pin });
    const { statement } = opened.openKey("key ES256").declare();
    opened.close();
    const body = async (serial: string, format: string, bytes: Uint8Array) => ({
      ...birthOf(await makeDevice(serial)),
      product,
      evidence: [{ format, statement: toBase64(bytes) }],
    });
    // A device was born with it: whoever brings it again is told that.
    for (const [format, bytes, status, code] of [
      ["pkcs11-declared", statement, 409, "NAT_BIRTH_EVIDENCE_REUSED"],
      ["pkcs11-declared", new Uint8Array(3), 400, "NAT_BIRTH_EVIDENCE"],
      ["hearsay", new Uint8Array(3), 400, "NAT_BIRTH_EVIDENCE"],
    ] as const) {
      const answer = await registrar.admin.ask("POST", "/births", { body: await body("R-6", format, bytes) });
      assertProblem(answer, status, code);
    }
  });

  test("a software key, where the product line asks for custody 1", async () => {
    const software = { ...birthOf(await makeDevice("C-1")), product: careful };
    assertProblem(await registrar.admin.ask("POST", "/births", { body: software }), 403, "NAT_BIRTH_CUSTODY");
    const opened = await openPkcs11Token({ module, token, pin });
    const signer = opened.generateKey("careful", algorithms.ES256);
    const { format, statement } = signer.declare();
    const evidence = [{ format, statement: toBase64(statement) }];
    const declared = {
      ...birthOf({ serial: "C-1", request: await requestOf("C-1", signer) }),
      product: careful,
      evidence,
    };
    const answer = await registrar.admin.json<BirthAnswer>("POST", "/births", declared);
    opened.close();
    assert.equal(parseBirthRecord(fromBase64(answer.record)).custody, 1);
  });

  test("the PIN stands in no output of commands or registrar", () => {
    const everything = [...printed, registrar.printed()].join("\n");
    assert.ok(everything.length > 100);
    assert.ok(!everything.includes(pin));
  });
});

/** The guide's fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...guide.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, name]) => name === language)
    .map(([, , text = ""]) => text);
}
