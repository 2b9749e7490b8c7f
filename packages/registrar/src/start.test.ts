// SPDX-License-Identifier: Apache-2.0
// A registrar that starts and stops: what is under way is answered, and a start that fails leaves nothing listening.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodePem } from "natalis/formats";
import { parseTrustFile } from "natalis/registry";
import { openSqliteSnapshot } from "./adapters/sqlite/index.ts";
import { RegistrarClient } from "./cli/client.ts";
import { freePort } from "./cli/ports.ts";
import { birthAnswerSchema } from "./protocols/rest/schemas.ts";
import { dataFolder } from "./service/data-folder.ts";
import { initRegistrar } from "./service/init.ts";
import { parseSettings } from "./service/settings.ts";
import { birthInput } from "./service/unsafe-test-registry.ts";
import { type Running, type StartOptions, startRegistrar } from "./start.ts";

const root = mkdtempSync(join(tmpdir(), "natalis-start-"));
const folder = dataFolder(join(root, "data"));
const host = "127.0.0.1";
let options: StartOptions;
after(() => rmSync(root, { recursive: true }));

before(async () => {
  const settings = parseSettings({
    origin: "a.example/births",
    publicUrl: "http://pki.example",
    arc: "1.3.6.1.4.1.32473",
    maker: "Example Makers",
  });
  await initRegistrar({ folder: folder.path, settings, product: "sensor" });
  options = { folder: folder.path, host, httpPort: await freePort(host, 0), httpsPort: await freePort(host, 0) };
});

function clientOf({ addresses }: Running): RegistrarClient {
  const trust = parseTrustFile(readFileSync(folder.trust, "utf8"));
  return new RegistrarClient({ url: addresses.https, trust, token: readFileSync(folder.adminToken, "utf8").trim() });
}

async function bear(client: RegistrarClient, serial: string): Promise<string> {
  const { certificationRequest, ...facts } = await birthInput(serial);
  const request = encodePem("CERTIFICATE REQUEST", certificationRequest);
  return (await client.json("POST", "/births", birthAnswerSchema, { ...facts, request })).device;
}

test("births under way when the registrar stops are answered, and every answered one is entered", async () => {
  const running = await startRegistrar(options);
  const client = clientOf(running);
  const asked = Array.from({ length: 24 }, (_, i) => bear(client, `STOP-${i}`));
  await Promise.race(asked);
  await running.close();
  const settled = await Promise.allSettled(asked);
  const born = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const codes = new Set(
    settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : [])),
  );
  for (const code of codes)
    assert.ok(["NAT_REGISTRAR_UNREACHABLE", "NAT_CLIENT_ANSWER", "NAT_PIPELINE_CLOSED"].includes(code), code);
  const stores = await openSqliteSnapshot(folder.database);
  const entered = await stores.devices.listDevices({ limit: 500 });
  stores.close();
  assert.equal(entered.length, born.length);
});

test("a start that cannot say where it listens does not listen", async () => {
  rmSync(folder.addresses, { force: true });
  mkdirSync(folder.addresses);
  await assert.rejects(startRegistrar(options), { code: "EISDIR" });
  rmSync(folder.addresses, { recursive: true });
  // The same ports are free, and the same folder opens.
  const running = await startRegistrar(options);
  assert.equal((await clientOf(running).text("/healthz")).trim(), '{"status":"ok"}');
  await running.close();
  assert.ok(existsSync(folder.addresses));
});
