// SPDX-License-Identifier: Apache-2.0
// Mosquitto (Debian's) as a broker whose clients are our devices: the birth certificate is the TLS client certificate,
// its common name, the device id, is the user name that the access list goes by, and our CRL shards end a device.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { algorithms } from "natalis/formats";
import { freePort, loopback } from "../support/ports.ts";
import { openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BornDevice, bornDevice, bornInOtherShard, certificatesPem, listOf, listsPem, revoke } from "./papers.ts";
import { accepts, Desk, type Peer, refuses, startPeer } from "./peer.ts";
import { makeServerFiles, type ServerFiles } from "./tls-server.ts";

const scope = scopeOf({ after });
const desk = new Desk(scope);
/** Success, with subscribers or without (MQTT 5, section 3.4.2.1). */
const accepted = /received PUBACK \(Mid: 1, RC:(?:0|16)\)/;
let registrar: RunningRegistrar;
let devices: readonly BornDevice[];
let server: ServerFiles;
let broker: Peer;
let port: number;

before(async () => {
  registrar = await openRegistrar(scope);
  const first = await bornDevice(registrar.admin, "MQTT-1", algorithms.ES256);
  devices = [first, await bornInOtherShard(registrar, "MQTT-2", first)];
  for (const name of ["ES384", "EdDSA"] as const)
    devices = [...devices, await bornDevice(registrar.admin, `MQTT-${name}`, algorithms[name])];
  server = await makeServerFiles(desk);
  port = await freePort();
  desk.put("authorities.pem", certificatesPem(...first.chain));
  desk.put("access", "pattern readwrite commands/#\npattern readwrite devices/%u/#\n");
  await putLists();
  broker = startPeer(scope, "mosquitto", "-c", desk.put("mosquitto.conf", configuration()));
  await broker.until(() => /mosquitto version \S+ running/.test(broker.printed()));
});

suite("a device with its birth certificate", () => {
  test("publishes under its id, with a P-256, a P-384 or an Ed25519 key", async () => {
    for (const device of devices) assert.match(await publish(device, topicOf(device)), accepted, device.serial);
    const known = devices.map(({ id }) => new RegExp(`New client connected from .* u'${id}'\\)`));
    for (const each of known) assert.match(broker.printed(), each);
  });

  test("has no say under the id of another", async () => {
    const [device, other] = devices as [BornDevice, BornDevice];
    assert.match(await publish(device, topicOf(other)), /RC:135/, "Not authorized (MQTT 5, section 3.4.2.1)");
  });

  test("is needed: without one, or with one of another authority, nobody is let in", async () => {
    const [device] = devices as [BornDevice];
    await refuses(/Error/, "mosquitto_pub", ...connection(), "-t", topicOf(device), "-m", "20.5");
    const stranger = { key: desk.get(server.key), certificate: desk.get(server.certificate) };
    await refuses(/Error/, "mosquitto_pub", ...publication(topicOf(device), stranger));
    await broker.until(() => /peer did not return a certificate/.test(broker.printed()));
  });
});

test("a revoked device is let in until the broker is given the new list and told so; others stay", async () => {
  const [revoked, other] = devices as [BornDevice, BornDevice];
  const { key, certificate } = papersOf(revoked);
  const words = [...connection(), "--cert", desk.put("sub.pem", certificate), "--key", desk.put("sub.key", key)];
  const session = startPeer(scope, "mosquitto_sub", ...words, "-t", "commands/#");
  await broker.until(() => /Sending SUBACK/.test(broker.printed()));
  await revoke(registrar, revoked);
  await putLists();
  assert.match(await publish(revoked, topicOf(revoked)), accepted, "Mosquitto reads lists when it is told to");
  broker.signal("SIGHUP");
  await broker.until(() => broker.printed().includes("Reloading config."));
  await refuses(/Error/, "mosquitto_pub", ...publication(topicOf(revoked), papersOf(revoked)));
  await broker.until(() => /certificate verify failed/.test(broker.printed()));
  assert.match(await publish(other, topicOf(other)), accepted);
  assert.match(await publish(other, "commands/all", "a session that is open stays open"), accepted);
  await session.until(() => session.printed().includes("a session that is open stays open"));
});

function configuration(): string {
  return [
    `listener ${port} ${loopback}`,
    "user root",
    "log_type all",
    "log_dest stderr",
    `certfile ${server.certificate}`,
    `keyfile ${server.key}`,
    `cafile ${desk.path("authorities.pem")}`,
    `crlfile ${desk.path("lists.pem")}`,
    "require_certificate true",
    "use_identity_as_username true",
    `acl_file ${desk.path("access")}`,
    "",
  ].join("\n");
}

/** The shards of all devices, as they are now. */
async function putLists(): Promise<void> {
  const lists = await Promise.all(devices.map(({ certificate }) => listOf(registrar, certificate)));
  desk.put("lists.pem", listsPem(...lists));
}

interface Papers {
  /** PEM, both. */
  readonly key: string;
  readonly certificate: string;
}

function papersOf({ key, certificate }: BornDevice): Papers {
  return { key, certificate: certificatesPem(certificate) };
}

function topicOf({ id }: BornDevice): string {
  return `devices/${id}/temperature`;
}

function connection(): string[] {
  return ["-V", "mqttv5", "-h", loopback, "-p", String(port), "--cafile", server.certificate];
}

function publication(topic: string, { key, certificate }: Papers, message = "20.5"): string[] {
  const papers = ["--cert", desk.put("client.pem", certificate), "--key", desk.put("client.key", key)];
  return [...connection(), ...papers, "-d", "-q", "1", "-t", topic, "-m", message];
}

/** It ends well whatever the broker says of the message: the reason code in what it tells is what counts. */
function publish(device: BornDevice, topic: string, message?: string): Promise<string> {
  return accepts("mosquitto_pub", ...publication(topic, papersOf(device), message));
}
