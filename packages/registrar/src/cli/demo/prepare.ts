// SPDX-License-Identifier: Apache-2.0
// What the demo's chapters share: a running registrar (made first, where the folder is empty), a client of it, and the
// files of the story.

import { access, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { decodeUtf8 } from "natalis/kernel";
import { encodePem } from "natalis/formats";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { type DataFolder, dataFolder } from "../../service/data-folder.ts";
import { initRegistrar } from "../../service/init.ts";
import { documentationArc } from "../../service/settings.ts";
import { defaultHttpsPort } from "../../listen.ts";
import { type Running, startRegistrar } from "../../start.ts";
import { RegistrarClient } from "../client.ts";
import { type DeviceFolder, deviceFolder } from "../device-folder.ts";
import { freePort } from "../ports.ts";

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
  /** CSV to seal instead of this machine's readings. */
  readonly readings: string | undefined;
  /** A path among the story's files. */
  readonly file: (name: string) => string;
}

export const demoProduct = "demo";
export const demoMaker = "Natalis Demo";
const host = "127.0.0.1";
const preferredHttpPort = 8480;

export async function prepareDemo(path: string, readings?: string, passphraseFile?: string): Promise<Demo> {
  const folder = dataFolder(path);
  if (!(await isThere(folder.database))) await makeRegistrar(path, passphraseFile);
  const httpsPort = (await isThere(folder.addresses)) ? undefined : await freePort(host, defaultHttpsPort);
  const running = await startRegistrar({ folder: path, host, httpsPort, passphraseFile });
  const trust = parseTrustFile(await readFile(folder.trust, "utf8"));
  const roots = trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  const clientWith = (token?: string) => new RegistrarClient({ url: running.addresses.https, roots, token });
  return {
    folder,
    running,
    trust,
    admin: clientWith(decodeUtf8(await readFile(folder.adminToken)).trim()),
    clientWith,
    device: deviceFolder(join(path, "demo", "device")),
    serial: serialOfMachine(),
    readings,
    file: (name) => join(path, "demo", name),
  };
}

async function makeRegistrar(path: string, passphraseFile: string | undefined): Promise<void> {
  const publicUrl = `http://${host}:${await freePort(host, preferredHttpPort)}`;
  const settings = { maker: demoMaker, origin: "demo.natalis.example/births", publicUrl, arc: documentationArc };
  await initRegistrar({ folder: path, settings, product: demoProduct, passphraseFile });
}

/** The machine's name in the characters that a serial number may have (PrintableString). */
function serialOfMachine(): string {
  const name = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
  return `MACHINE-${name}`.slice(0, 64);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
