// SPDX-License-Identifier: Apache-2.0
// The program of docs/guides/evidence.md, run as it stands there, with a forged chip maker beside it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { outcomeOf } from "../support/command.ts";
import { scopeOf } from "../support/scope.ts";
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
