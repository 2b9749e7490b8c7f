// SPDX-License-Identifier: Apache-2.0
// The key of a station's authority: made on the station, sealed in a file before anything uses it, and opened to bear.
// What leaves the station is its request.

import { access, mkdir } from "node:fs/promises";
import {
  generateKey,
  type NodeSigner,
  nodeEntropy,
  readSealedFile,
  signerFromPkcs8,
  writeFileDurably,
  writeSealedFile,
} from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { buildCertificationRequest } from "natalis/device";
import { encodeUtf8, type SignatureAlgorithmName } from "natalis/kernel";
import { choosePassphrase, readPassphrase } from "../passphrase.ts";
import { stationError } from "./errors.ts";
import { type StationFolder, stationFolder } from "./station-folder.ts";

const secretName = "station";

export interface MadeStation {
  readonly folder: StationFolder;
  readonly warnings: readonly string[];
}

/** @throws NAT_STATION_DATA where the folder has a key already; NAT_SECRETFILE_SIZE, NAT_SERVICE_DATA of a passphrase */
export async function makeStation(
  path: string,
  name: string,
  algorithm: SignatureAlgorithmName,
  passphraseFile: string | undefined,
): Promise<MadeStation> {
  const folder = stationFolder(path);
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (await isThere(folder.key)) throw stationError("NAT_STATION_DATA", `${folder.key} is there already`);
  const { passphrase, warnings } = await choosePassphrase(folder, passphraseFile, nodeEntropy);
  const { signer, pkcs8 } = generateKey(algorithms[algorithm]);
  const request = await buildCertificationRequest({ serial: name, signer });
  await writeSealedFile(folder.key, new Map([[secretName, pkcs8]]), passphrase);
  await writeFileDurably(folder.request, encodeUtf8(encodePem("CERTIFICATE REQUEST", request)), 0o644);
  return { folder, warnings };
}

export interface OpenedStationKey {
  readonly signer: NodeSigner;
  readonly warnings: readonly string[];
}

/** @throws NAT_STATION_DATA, NAT_KEYFILE_PASSPHRASE, NAT_KEYFILE_FORM, NAT_SERVICE_DATA where there is no passphrase */
export async function openStationKey(
  folder: StationFolder,
  passphraseFile: string | undefined,
): Promise<OpenedStationKey> {
  const { passphrase, warnings } = await readPassphrase(folder, passphraseFile);
  if (!(await isThere(folder.key)))
    throw stationError("NAT_STATION_DATA", `${folder.key} is missing; natalis station init makes it`);
  const { secrets, warning } = await readSealedFile(folder.key, passphrase);
  const secret = secrets.get(secretName);
  if (secret === undefined) throw stationError("NAT_STATION_DATA", `${folder.key} holds another key`);
  const signer = signerFromPkcs8(secret);
  secret.fill(0);
  return { signer, warnings: [...warnings, ...(warning === undefined ? [] : [warning])] };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw stationError("NAT_STATION_DATA", path, error);
    },
  );
}
