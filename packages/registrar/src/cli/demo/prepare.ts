// SPDX-License-Identifier: Apache-2.0
// What the demo's chapters share: a running registrar (made first, where the folder is empty), a client of it, and the
// files of the story.

import { hostname } from "node:os";
import { join } from "node:path";
import type { TrustFile } from "natalis/registry";
import { type DataFolder, dataFolder } from "../../service/data-folder.ts";
import { initRegistrar } from "../../service/init.ts";
import { documentationArc } from "../../service/settings.ts";
import { defaultHttpsPort, lastHttpsPort } from "../../listen.ts";
import { type Running, startRegistrar } from "../../start.ts";
import { RegistrarClient } from "../client.ts";
import { readTrust } from "../connection.ts";
import { type DeviceFolder, deviceFolder } from "../device-folder.ts";
import { clientError } from "../errors.ts";
import { isThere, readText } from "../files.ts";
import { freePort } from "../ports.ts";
import { readRecords } from "../records.ts";
import { prepareSoftwareTpm } from "./software-tpm.ts";
import { fewestRows } from "./tamper.ts";

export interface Demo {
  readonly folder: DataFolder;
  readonly running: Running;
  readonly trust: TrustFile;
  /** As administrator. */
  readonly admin: RegistrarClient;
  /** With another token, or none. */
  readonly clientWith: (token?: string) => RegistrarClient;
  readonly device: DeviceFolder;
  /** The unit's serial number. */
  readonly serial: string;
  /** The serial number of the unit with a TPM. */
  readonly tpmSerial: string;
  /** Folder of a TPM in software; undefined where this machine has none. */
  readonly softwareTpm: string | undefined;
  /** CSV to seal instead of this machine's readings. */
  readonly readings: string | undefined;
  /** A path among the story's files. */
  readonly file: (name: string) => string;
}

export const demoProduct = "demo";
const demoMaker = "Natalis Demo";
const demoOrigin = "demo.natalis.example/births";
const host = "127.0.0.1";
const preferredHttpPort = 8480;

/** @throws NAT_CLIENT_OPTION where the folder holds another registry, or the data set is too short */
export async function prepareDemo(path: string, readings?: string, passphraseFile?: string): Promise<Demo> {
  const folder = dataFolder(path);
  if (readings !== undefined) await requireRows(readings);
  if (await isThere(folder.database)) await requireOwn(folder);
  else await makeRegistrar(path, passphraseFile);
  const softwareTpm = await prepareSoftwareTpm(folder, process.env.PATH ?? "");
  const trust = await readTrust({ data: path });
  const adminToken = (await readText(folder.adminToken)).trim();
  const httpsPort = await freePort(host, (await lastHttpsPort(folder)) ?? defaultHttpsPort);
  const running = await startRegistrar({ folder: path, host, httpsPort, passphraseFile });
  const clientWith = (token?: string) => new RegistrarClient({ url: running.addresses.https, trust, token });
  return {
    folder,
    running,
    trust,
    admin: clientWith(adminToken),
    clientWith,
    device: deviceFolder(join(path, "demo", "device")),
    serial: serialOfMachine("MACHINE"),
    tpmSerial: serialOfMachine("TPM"),
    softwareTpm,
    readings,
    file: (name) => join(path, "demo", name),
  };
}

async function makeRegistrar(path: string, passphraseFile: string | undefined): Promise<void> {
  const publicUrl = `http://${host}:${await freePort(host, preferredHttpPort)}`;
  const settings = { maker: demoMaker, origin: demoOrigin, publicUrl, arc: documentationArc };
  await initRegistrar({ folder: path, settings, product: demoProduct, passphraseFile });
}

/** The machine's name in the characters that a serial number may have (PrintableString). */
function serialOfMachine(kind: string): string {
  const name = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
  return `${kind}-${name}`.slice(0, 64);
}

/** What a story tells stays in the log: nobody's own registry is to have it. */
async function requireOwn({ path, checkpoint }: DataFolder): Promise<void> {
  const [origin] = (await readText(checkpoint)).split("\n", 1);
  if (origin !== demoOrigin)
    throw clientError("NAT_CLIENT_OPTION", `${path} holds the registry ${origin}; name another folder with --dir`);
}

async function requireRows(readings: string): Promise<void> {
  const { length } = await readRecords(readings, { name: "value", unit: "1" });
  if (length < fewestRows)
    throw clientError("NAT_CLIENT_OPTION", `${readings} has ${length} rows; the story needs ${fewestRows}`);
}
