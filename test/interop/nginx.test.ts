// SPDX-License-Identifier: Apache-2.0
// nginx (Debian's) as a server whose clients are our devices: the birth certificate is the TLS client certificate, and
// our lists, the shards of the devices and the root's, end a device. nginx checks every certificate of the path.

import assert from "node:assert/strict";
import { Agent, request } from "node:https";
import { after, before, suite, test } from "node:test";
import { text } from "node:stream/consumers";
import { algorithms } from "natalis/formats";
import { freePort, loopback } from "../support/ports.ts";
import { maker, openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BornDevice, bornDevice, bornInOtherShard, certificatesPem, listOf, listsPem, revoke } from "./papers.ts";
import { accepts, Desk, type Peer, startPeer } from "./peer.ts";
import { makeServerFiles, type ServerFiles } from "./tls-server.ts";

interface Reply {
  readonly status: number | undefined;
  readonly body: string;
}

const scope = scopeOf({ after });
const desk = new Desk(scope);
let registrar: RunningRegistrar;
let devices: readonly BornDevice[];
let server: ServerFiles;
let nginx: Peer;
let port: number;

before(async () => {
  registrar = await openRegistrar(scope);
  const first = await bornDevice(registrar.admin, "WEB-1", algorithms.ES256);
  devices = [first, await bornInOtherShard(registrar, "WEB-2", first)];
  for (const name of ["ES384", "EdDSA"] as const)
    devices = [...devices, await bornDevice(registrar.admin, `WEB-${name}`, algorithms[name])];
  server = await makeServerFiles(desk);
  port = await freePort();
  desk.put("authorities.pem", certificatesPem(...first.chain));
  await putLists();
  nginx = startPeer(scope, "nginx", ...commandLine());
  await nginx.until(isUp);
});

suite("a device with its birth certificate", () => {
  test("is let in, with a P-256, a P-384 or an Ed25519 key, and known by its name", async () => {
    for (const device of devices) {
      const { status, body } = await ask(papersOf(device));
      const name = `CN=${device.id},serialNumber=${device.serial},OU=S-1,O=${maker}`;
      assert.deepEqual([status, body], [200, `SUCCESS ${name}\n`]);
    }
  });

  test("is needed: without one, or with one of another authority, nobody is let in", async () => {
    assert.equal((await ask()).status, 400);
    const stranger = { key: desk.get(server.key), cert: desk.get(server.certificate) };
    assert.match((await ask(stranger)).body, /The SSL certificate error/);
  });
});

test("a revoked device is refused once nginx has the new list, others are not", async () => {
  const [revoked, ...others] = devices as [BornDevice, ...BornDevice[]];
  await revoke(registrar, revoked);
  await putLists();
  assert.equal((await ask(papersOf(revoked))).status, 200, "nginx reads lists when it is told to");
  await reload();
  assert.match((await ask(papersOf(revoked))).body, /The SSL certificate error/);
  assert.match(desk.get(desk.path("error.log")), /client SSL certificate verify error: \(23:certificate revoked\)/);
  for (const other of others) assert.equal((await ask(papersOf(other))).status, 200, other.serial);
});

test("with the list of one shard missing, its devices are refused, others are not", async () => {
  const [, device] = devices as [BornDevice, BornDevice];
  const other = await bornInOtherShard(registrar, "WEB-3", device);
  await putLists(other);
  await reload();
  assert.match((await ask(papersOf(device))).body, /The SSL certificate error/);
  assert.equal((await ask(papersOf(other))).status, 200);
});

function configuration(): string {
  return `
daemon off;
master_process on;
worker_processes 1;
user root;
pid ${desk.path("nginx.pid")};
error_log ${desk.path("error.log")} info;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${desk.path("body")};
  proxy_temp_path ${desk.path("proxy")};
  fastcgi_temp_path ${desk.path("fastcgi")};
  uwsgi_temp_path ${desk.path("uwsgi")};
  scgi_temp_path ${desk.path("scgi")};
  server {
    listen ${loopback}:${port} ssl;
    ssl_certificate ${server.certificate};
    ssl_certificate_key ${server.key};
    ssl_client_certificate ${desk.path("authorities.pem")};
    ssl_verify_client on;
    ssl_verify_depth 2;
    ssl_crl ${desk.path("lists.pem")};
    ssl_session_tickets off;
    location / { return 200 "$ssl_client_verify $ssl_client_s_dn\\n"; }
  }
}
`;
}

function commandLine(): string[] {
  return ["-p", desk.folder, "-c", desk.put("nginx.conf", configuration()), "-e", desk.path("error.log")];
}

/** Has the configuration read again and waits for the end of the worker that had the old one. */
async function reload(): Promise<void> {
  const ended = () => desk.get(desk.path("error.log")).match(/worker process \d+ exited with code 0/g)?.length ?? 0;
  const before = ended();
  await accepts("nginx", ...commandLine(), "-t");
  nginx.signal("SIGHUP");
  await nginx.until(() => ended() > before);
}

/** The root's list and the shards of the devices, as they are now. */
async function putLists(...among: readonly BornDevice[]): Promise<void> {
  const chosen = among.length > 0 ? among : devices;
  const issuing = chosen[0]?.chain[0] as Uint8Array;
  const certificates = [issuing, ...chosen.map(({ certificate }) => certificate)];
  desk.put("lists.pem", listsPem(...(await Promise.all(certificates.map((each) => listOf(registrar, each))))));
}

/** A client's key and certificate, PEM. */
interface Papers {
  readonly key: string;
  readonly cert: string;
}

function papersOf({ key, certificate }: BornDevice): Papers {
  return { key, cert: certificatesPem(certificate) };
}

async function isUp(): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}

/** Over a connection of its own, so that each time the certificate is looked at. */
function ask(papers: Partial<Papers> = {}): Promise<Reply> {
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const options = { host: loopback, port, agent, ca: desk.get(server.certificate), ...papers };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    sent.on("error", reject).end();
  });
}
