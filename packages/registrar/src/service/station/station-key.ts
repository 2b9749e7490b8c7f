// SPDX-License-Identifier: Apache-2.0
// The key of a station's authority: made on the station, in a file that is sealed before anything uses it or in a token
// (station-token.ts), and opened to bear. What leaves the station is its request.

import { access, mkdir } from "node:fs/promises";
import {
  generateKey,
  nodeEntropy,
  readSealedFile,
  shareKey,
  signerFromPkcs8,
  writeFileDurably,
  writeSealedFile,
} from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { buildCertificationRequest } from "natalis/device";
import { encodeUtf8, type SignatureAlgorithmName } from "natalis/kernel";
import type { SharedKey } from "../../pipeline/nursery.ts";
import type { TokenAccess } from "../authority-token.ts";
import { choosePassphrase, readPassphrase } from "../passphrase.ts";
import { stationError } from "./errors.ts";
import { type StationFolder, stationFolder } from "./station-folder.ts";
import { makeStationTokenKey, openStationToken, type StationLogin, writeStationToken } from "./station-token.ts";

const secretName = "station";

export interface MadeStation {
  readonly folder: StationFolder;
  readonly warnings: readonly string[];
}

export interface StationPlan {
  /** What the request calls the station. */
  readonly name: string;
  readonly algorithm: SignatureAlgorithmName;
  readonly passphraseFile?: string | undefined;
  /** Absent: the key is in a file. */
  readonly token?: TokenAccess | undefined;
}

/**
 * @throws NAT_STATION_DATA where the folder has a key already; NAT_SECRETFILE_SIZE, NAT_SERVICE_DATA of a passphrase;
 * NAT_PKCS11_…, NAT_SERVICE_TOKEN of a token
 */
export async function makeStation(path: string, plan: StationPlan): Promise<MadeStation> {
  const folder = stationFolder(path);
  await mkdir(path, { recursive: true, mode: 0o700 });
  for (const file of [folder.key, folder.token])
    if (await isThere(file)) throw stationError("NAT_STATION_DATA", `${file} is there already`);
  return plan.token === undefined ? makeInFile(folder, plan) : makeInToken(folder, plan.token, plan);
}

async function makeInFile(
  folder: StationFolder,
  { name, algorithm, passphraseFile }: StationPlan,
): Promise<MadeStation> {
  const { passphrase, warnings } = await choosePassphrase(folder, passphraseFile, nodeEntropy);
  const { signer, pkcs8 } = generateKey(algorithms[algorithm]);
  const request = await buildCertificationRequest({ serial: name, signer });
  await writeSealedFile(folder.key, new Map([[secretName, pkcs8]]), passphrase);
  await writeRequest(folder, request);
  return { folder, warnings };
}

/** The reference comes last: a start that failed before is repeated with the key that the token has by then. */
async function makeInToken(
  folder: StationFolder,
  tokenAccess: TokenAccess,
  { name, algorithm }: StationPlan,
): Promise<MadeStation> {
  const { request, uri, warnings } = await makeStationTokenKey(tokenAccess, name, algorithms[algorithm]);
  await writeRequest(folder, request);
  await writeStationToken(folder, uri);
  return { folder, warnings };
}

async function writeRequest(folder: StationFolder, request: Uint8Array): Promise<void> {
  await writeFileDurably(folder.request, encodeUtf8(encodePem("CERTIFICATE REQUEST", request)), 0o644);
}

/** How the key is come by. */
export interface StationKeyAccess extends StationLogin {
  readonly passphraseFile?: string | undefined;
}

export interface OpenedStationKey {
  /** For the threads that sign births. */
  readonly issuing: SharedKey;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly warnings: readonly string[];
  /** Ends the login where there is one; no thread may be signing any more. */
  close(): Promise<void>;
}

/**
 * @throws NAT_STATION_DATA, NAT_KEYFILE_PASSPHRASE, NAT_KEYFILE_FORM, NAT_SERVICE_DATA where there is no passphrase;
 * NAT_PKCS11_… where the key is in a token that is absent or does not let us in
 */
export async function openStationKey(folder: StationFolder, keyAccess: StationKeyAccess): Promise<OpenedStationKey> {
  const inToken = await openStationToken(folder, keyAccess);
  if (inToken !== undefined) return { ...inToken, warnings: [] };
  const { passphrase, warnings } = await readPassphrase(folder, keyAccess.passphraseFile);
  if (!(await isThere(folder.key)))
    throw stationError("NAT_STATION_DATA", `${folder.key} is missing; natalis station init makes it`);
  const { secrets, warning } = await readSealedFile(folder.key, passphrase);
  const secret = secrets.get(secretName);
  if (secret === undefined) throw stationError("NAT_STATION_DATA", `${folder.key} holds another key`);
  const signer = signerFromPkcs8(secret);
  secret.fill(0);
  return {
    issuing: shareKey(signer),
    publicKey: signer.publicKey,
    warnings: [...warnings, ...(warning === undefined ? [] : [warning])],
    close: async () => undefined,
  };
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
