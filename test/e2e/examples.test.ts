// SPDX-License-Identifier: Apache-2.0
// The examples as they stand, against a registrar over real sockets: a device in TypeScript and one that has only curl
// and openssl. What they made is judged by others; and the guide's lines run.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nodeHash, nodeSignatureVerifier, signerFromPkcs8 } from "@natalis/node";
import { verifyVerdict } from "natalis/authenticate";
import { answerChallenge } from "natalis/device";
import { parsePem } from "natalis/formats";
import { formatUuid, fromBase64, toBase64 } from "natalis/kernel";
import { certificatesOfSeals, parseSealSequence } from "natalis/trust";
import { natalis, type Outcome, outcomeOf, runNatalis } from "../support/command.ts";
import { loopback } from "../support/ports.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, openRegistrar, product, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const audience = "example";
const examples = [
  ["device.ts", process.execPath],
  ["device.sh", "sh"],
] as const;

const scope = scopeOf({ after });
const desk = temporaryFolder(scope);
const token = join(desk, "station.token");
let registrar: RunningRegistrar;
let trustFile: string;

before(async () => {
  registrar = await openRegistrar(scope);
  trustFile = join(registrar.place.folder, "trust.json");
  const words = ["--role", "station", "--product", product, "--data", registrar.place.folder];
  writeFileSync(token, await natalis("operator", "add", "line 1", ...words), { mode: 0o600 });
});

for (const [name, program] of examples)
  suite(name, () => {
    const folder = temporaryFolder(scope);
    const file = (own: string) => join(folder, own);
    const run = () => runHere(folder, program, join(root, "examples", name), ...registrarWords());
    let id: string;

    test("is born, authenticates and seals, and a third party believes its verdict", async () => {
      const told = toldBy(await run());
      id = told.device;
      assert.deepEqual(
        [told.authentication.device, told.authentication.model, told.authentication.state],
        [id, "example", "active"],
      );
      const verdict = fromBase64(told.authentication.verdict);
      const trusted = { trust: registrar.trust, verifier: nodeSignatureVerifier, hash: nodeHash };
      const { deviceId } = await verifyVerdict({ verdict, audience, at: new Date(), ...trusted });
      assert.equal(formatUuid(deviceId), id);
      assert.equal(statSync(file("example.key")).mode & 0o777, 0o600);
    });

    test("its seals say which readings are its own", async () => {
      const csv = readFileSync(file("example.csv"), "utf8");
      const [, timestamp = ""] =
        /^timestamp,name,unit,value\n(\d{4}-\S+Z),temperature,Cel,21\.5\n$/.exec(csv) ?? assert.fail(csv);
      const own = file("own.csv");
      const written = (value: string) => {
        writeFileSync(own, `timestamp,name,unit,value\n${timestamp},temperature,Cel,${value}\n`);
        return runNatalis(...verifyWords(own));
      };
      assert.match(toldWell(await written("21.5")), new RegExp(`^device ${id}: 1 authentic seals`));
      assert.equal((await written("21.6")).code, 1);
    });

    test("asked again it is the same device, and its seals are one history", async () => {
      assert.equal(toldBy(await run()).device, id);
      const told = await natalis(...verifyWords(file("example.csv")));
      assert.match(told, new RegExp(`^device ${id}: 2 authentic seals`));
    });

    test("after its retirement it is refused, at its birth and in its answer", async () => {
      await natalis("device", "retire", id, "--data", registrar.place.folder);
      const seals = readFileSync(file("example.seals"));
      const { code, stdout, stderr } = await run();
      assert.notEqual(code, 0, stdout);
      assert.match(stderr, /NAT_BIRTH_KEY_REUSED/);
      assert.deepEqual(readFileSync(file("example.seals")), seals);
      const answer = await answerOf(readFileSync(file("example.key"), "utf8"), new Uint8Array(seals));
      const judged = await registrar.admin.ask("POST", "/authentications", { body: { answer, audience } });
      assertProblem(judged, 403, "NAT_AUTHENTICATE_RETIRED");
    });

    function verifyWords(csv: string): string[] {
      const words = ["--leaves", file("example.leaves"), "--trust", trustFile];
      return ["verify-data", csv, file("example.seals"), ...words];
    }
  });

test("a token of nobody, and a trust file of another registrar, get no device born", async () => {
  const nobody = join(desk, "nobody.token");
  writeFileSync(nobody, `nat_${"A".repeat(43)}\n`);
  const other = await makeRegistrar(scope);
  const foreign = join(other.folder, "trust.json");
  for (const [name, program] of examples) {
    const folder = temporaryFolder(scope);
    const [url, , , line] = registrarWords();
    const refused = async (trust: string, bearer: string, why: RegExp) => {
      const words = [join(root, "examples", name), url, trust, bearer, line];
      const { code, stdout, stderr } = await runHere(folder, program, ...words);
      assert.notEqual(code, 0, stdout);
      assert.equal(stdout, "");
      assert.match(stderr, why);
    };
    await refused(trustFile, nobody, /NAT_HTTP_UNAUTHENTICATED/);
    await refused(foreign, token, /NAT_REGISTRAR_UNREACHABLE|certificate/);
  }
});

test("the guide's lines run", async () => {
  const own = await startRegistrar(scope, await makeRegistrar(scope, "--product", "default"));
  const project = join(desk, "project");
  mkdirSync(project);
  symlinkSync(own.place.folder, join(project, ".natalis"));
  symlinkSync(join(root, "examples"), join(project, "examples"));
  const guide = readFileSync(join(root, "docs/guides/device.md"), "utf8");
  const blocks = Array.from(guide.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = ""]) => block);
  assert.equal(blocks.length, 4);
  const lines = blocks.join("\n").replaceAll("127.0.0.1:8443", `${loopback}:${own.place.httpsPort}`);
  const npx = `npx() { shift; '${process.execPath}' '${root}packages/registrar/src/cli/main.ts' "$@"; }`;
  const node = `node() { '${process.execPath}' "$@"; }`;
  const told = toldWell(await runHere(project, "sh", "-c", ["set -eu", npx, node, lines].join("\n")));
  assert.equal(told.match(/^born: /gm)?.length, 2, told);
  assert.equal(told.match(/ 1 authentic seals/g)?.length, 2, told);
});

function registrarWords(): [string, string, string, string] {
  return [`https://${loopback}:${registrar.place.httpsPort}`, trustFile, token, product];
}

interface Authentication {
  readonly device: string;
  readonly model: string;
  readonly state: string;
  readonly verdict: string;
}

/** Reads what an example prints. */
function toldBy(outcome: Outcome): { readonly device: string; readonly authentication: Authentication } {
  const told = toldWell(outcome);
  const [, device = "", json = ""] =
    /^born: ([0-9a-f-]{36})\n(\{.*\})\nsealed: example\.seals, \d+ bytes\n$/.exec(told) ?? assert.fail(told);
  return { device, authentication: JSON.parse(json) as Authentication };
}

function toldWell({ code, stdout, stderr }: Outcome): string {
  assert.equal(code, 0, `${stdout}${stderr}`);
  return stdout;
}

/** An answer, in base64, by the key and the certificates that the device left behind. */
async function answerOf(key: string, seals: Uint8Array): Promise<string> {
  const [certificate = new Uint8Array(0), ...chain] = certificatesOfSeals(parseSealSequence(seals));
  const [pkcs8 = new Uint8Array(0)] = parsePem(key, "PRIVATE KEY");
  const asked = await registrar.admin.json<{ nonce: string }>("POST", "/challenges", { audience });
  const challenge = { nonce: fromBase64(asked.nonce), audience };
  const own = { certificate, chain, signer: signerFromPkcs8(pkcs8), at: new Date() };
  return toBase64(await answerChallenge({ challenge, expectedAudience: audience, ...own }));
}

function runHere(cwd: string, program: string, ...words: string[]): Promise<Outcome> {
  return outcomeOf(spawn(program, words, { cwd, stdio: ["ignore", "pipe", "pipe"] }));
}
