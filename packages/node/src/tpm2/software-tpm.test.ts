// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { parseCertificate } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { hasSoftwareTpm, makeSoftwareTpm, readSoftwareTpmAuthority, startSoftwareTpm } from "./software-tpm.ts";
import { openTpm } from "./tpm.ts";

test("is found on the path, or not", () => {
  assert.ok(hasSoftwareTpm(process.env.PATH ?? ""));
  assert.ok(!hasSoftwareTpm(""));
  assert.ok(!hasSoftwareTpm("/nonexistent"));
});

test("two of one authority run side by side, end, and start again as the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "natalis-swtpm-"));
  const authority = join(folder, "authority");
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  await makeSoftwareTpm(first, authority);
  await makeSoftwareTpm(second, authority);
  const running = await Promise.all([startSoftwareTpm(first), startSoftwareTpm(second)]);
  const keys = await Promise.all(
    running.map(async ({ place }) => {
      const tpm = await openTpm({ place });
      const { certificate } = await tpm.endorsement("H-3");
      await tpm.close();
      return certificate;
    }),
  );
  assert.notDeepEqual(keys[0]?.publicKey, keys[1]?.publicKey);
  for (const one of running) await one.close();
  await assert.rejects(openTpm({ place: running[0].place }), (error) => isNatalisError(error, "NAT_TPM_UNREACHABLE"));
  const again = await startSoftwareTpm(first);
  const tpm = await openTpm({ place: again.place });
  assert.deepEqual((await tpm.endorsement("H-3")).certificate.publicKey, keys[0]?.publicKey);
  await tpm.close();
  await again.close();
  await again.close();

  const [issuing, root] = (await readSoftwareTpmAuthority(authority)).map((der) => parseCertificate(der));
  assert.deepEqual(issuing?.issuer.der, root?.subject.der);
  assert.deepEqual(parseCertificate(keys[0]?.certificates[0] as Uint8Array).issuer.der, issuing?.subject.der);
  rmSync(folder, { recursive: true, force: true });
});

test("one that is there is not manufactured again; what cannot be manufactured says why", async () => {
  const folder = mkdtempSync(join(tmpdir(), "natalis-swtpm-"));
  await makeSoftwareTpm(join(folder, "one"));
  await makeSoftwareTpm(join(folder, "one"));
  const authority = join(folder, "authority");
  mkdirSync(authority);
  for (const name of ["signkey.pem", "issuercert.pem"]) writeFileSync(join(authority, name), "nonsense");
  await assert.rejects(makeSoftwareTpm(join(folder, "two"), authority), (error) =>
    isNatalisError(error, "NAT_TPM_UNREACHABLE"),
  );
  rmSync(folder, { recursive: true, force: true });
});

test("one that nobody started is started by who opens it; what is no TPM is told apart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "natalis-swtpm-"));
  await makeSoftwareTpm(folder);
  const socket = join(folder, "socket");
  const words = ["socket", "--tpm2", "--tpmstate", `dir=${join(folder, "state")}`, "--flags", "not-need-init"];
  const child = spawn("swtpm", [...words, "--server", `type=unixio,path=${socket}`], { stdio: "ignore" });
  while (!existsSync(socket)) await wait(5);
  for (let round = 0; round < 2; round++) {
    const tpm = await openTpm({ place: { socket } });
    assert.equal((await tpm.getRandom(8)).length, 8);
    await tpm.close();
  }
  child.kill("SIGTERM");
  await once(child, "exit");
  const echo = createServer((connection) => connection.pipe(connection));
  await new Promise<void>((listening) => echo.listen(join(folder, "echo"), listening));
  await assert.rejects(openTpm({ place: { socket: join(folder, "echo") } }), (error) => isNatalisError(error));
  echo.close();
  rmSync(folder, { recursive: true, force: true });
});
