// SPDX-License-Identifier: Apache-2.0
// The key of a station's authority in a PKCS#11 token, as the registrar's may be (docs/decisions/0018): made there, and
// used by the threads that sign under the login of one keeper. The file in the station's folder says where it is, and
// holds no secret.

import { formatPkcs11Uri, openPkcs11Token, parsePkcs11Uri, TokenKeeper, writeFileDurably } from "@natalis/node";
import { buildCertificationRequest } from "natalis/device";
import { encodeUtf8, type SignatureAlgorithm } from "natalis/kernel";
import { z } from "zod";
import type { SharedKey } from "../../pipeline/nursery.ts";
import { readTokenFile, type TokenAccess, undeclared } from "../authority-token.ts";
import { serviceError } from "../errors.ts";
import type { TokenChanged } from "../keys.ts";
import { stationError } from "./errors.ts";
import type { StationFolder } from "./station-folder.ts";

/** The key's label where the URI names none. */
const usualLabel = "natalis station";

const fileSchema = z.strictObject({ key: z.string() });

/** How to get into the token. */
export interface StationLogin {
  /** Asked for the PIN where there is a token. */
  readonly readPin: () => Promise<string>;
  readonly changed?: TokenChanged | undefined;
}

export interface StationTokenKey {
  readonly issuing: SharedKey;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  close(): Promise<void>;
}

export interface MadeTokenKey {
  /** PKCS#10, DER. */
  readonly request: Uint8Array;
  /** Where the key is. */
  readonly uri: string;
  readonly warnings: readonly string[];
}

/**
 * Makes the key in the token, or takes the one that has the label where that is asked for.
 * @throws NAT_PKCS11_LABEL where the label is taken, NAT_SERVICE_TOKEN, NAT_PKCS11_…
 */
export async function makeStationTokenKey(
  { uri, pin, existing }: TokenAccess,
  name: string,
  algorithm: SignatureAlgorithm,
): Promise<MadeTokenKey> {
  const { module, token: place, key } = uri;
  if (module === undefined) throw serviceError("NAT_SERVICE_TOKEN", "the URI has no module-path");
  if (key.id !== undefined) throw serviceError("NAT_SERVICE_TOKEN", "the key is named by its label: object=NAME");
  const label = key.label ?? usualLabel;
  const token = await openPkcs11Token({ module, token: place, pin });
  try {
    const isTaken = existing && token.holdsKey(label);
    const signer = isTaken ? token.openKey(label) : token.generateKey(label, algorithm);
    if (signer.algorithm !== algorithm)
      throw serviceError("NAT_SERVICE_TOKEN", `the key is for ${signer.algorithm.title}, not ${algorithm.title}`);
    const request = await buildCertificationRequest({ serial: name, signer });
    const where = formatPkcs11Uri({ token: place, key: { label }, module });
    return { request, uri: where, warnings: undeclared(signer) };
  } finally {
    token.close();
  }
}

export async function writeStationToken({ token }: StationFolder, uri: string): Promise<void> {
  await writeFileDurably(token, encodeUtf8(`${JSON.stringify({ key: uri }, undefined, 2)}\n`));
}

/**
 * Logs in; undefined where the key is in a file. @throws NAT_SERVICE_DATA of a file that others may write, NAT_PKCS11_…
 * where the token is absent, does not let us in or lacks the key
 */
export async function openStationToken(
  { token: path }: StationFolder,
  { readPin, changed }: StationLogin,
): Promise<StationTokenKey | undefined> {
  const file = await readTokenFile(path, fileSchema);
  if (file === undefined) return undefined;
  const { module, token, key } = parsePkcs11Uri(file.key);
  if (module === undefined || key.label === undefined)
    throw stationError("NAT_STATION_DATA", `${path} names no module or no key`);
  const told = changed === undefined ? {} : { changed };
  const keeper = await TokenKeeper.open({ module, token, pin: await readPin(), keys: [key], ...told });
  return { issuing: keeper.place(0), publicKey: keeper.signer(0).publicKey, close: () => keeper.close() };
}
