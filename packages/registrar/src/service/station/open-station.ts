// SPDX-License-Identifier: Apache-2.0
// Makes, installs and opens a station: key, enrolment, journal, threads. Each step either holds or stops the start.

import { readFile } from "node:fs/promises";
import {
  nodeAuthenticator,
  nodeEntropy,
  readBoundedFile,
  shareAuthenticator,
  systemClock,
  writeFileDurably,
} from "@natalis/node";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { holdFileLock } from "../../adapters/sqlite/file-lock.ts";
import { startBirthWorkers } from "../../pipeline/birth-workers.ts";
import type { SharedKey } from "../../pipeline/nursery.ts";
import { newToken } from "../tokens.ts";
import { type Enrolment, openEnrolment } from "./enrolment.ts";
import { stationError } from "./errors.ts";
import { StationBirths } from "./station-births.ts";
import { type StationFolder, stationFolder } from "./station-folder.ts";
import { type OpenedStationKey, openStationKey, type StationKeyAccess } from "./station-key.ts";

const largestFile = 8 << 20;

export interface OpenedStation {
  readonly folder: StationFolder;
  readonly enrolment: Enrolment;
  readonly trust: TrustFile;
  readonly births: StationBirths;
  /** With which clients of the line ask. */
  readonly lineToken: string;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** What a station was given, read again and checked again. */
export interface InstalledStation {
  readonly folder: StationFolder;
  readonly enrolment: Enrolment;
  readonly trust: TrustFile;
}

/**
 * Keeps what the registrar gave, once it holds. @throws NAT_STATION_ENROLMENT, NAT_STATION_DATA where another one is
 * there, NAT_KEYFILE_*, NAT_REGISTRY_TRUST_FILE
 */
export async function installStation(
  path: string,
  enrolment: string,
  trust: string,
  access: StationKeyAccess,
): Promise<Enrolment> {
  const folder = stationFolder(path);
  const key = await openStationKey(folder, access);
  await key.close();
  const opened = await openEnrolment(enrolment, parseTrustFile(trust), key.publicKey);
  const there = await readFile(folder.enrolment, "utf8").catch(() => undefined);
  if (there !== undefined && there !== enrolment)
    throw stationError(
      "NAT_STATION_DATA",
      `${folder.enrolment} is there already; a new station has a folder of its own`,
    );
  await writeFileDurably(folder.trust, encodeUtf8(trust), 0o644);
  await writeFileDurably(folder.lineToken, encodeUtf8(`${newToken(nodeEntropy)}\n`));
  await writeFileDurably(folder.enrolment, encodeUtf8(enrolment));
  return opened;
}

/** Without its key: for who brings births in. @throws NAT_STATION_DATA, NAT_STATION_ENROLMENT, NAT_REGISTRY_TRUST_FILE */
export async function readStation(path: string): Promise<InstalledStation> {
  const folder = stationFolder(path);
  const trust = parseTrustFile(await textOf(folder.trust));
  const text = await textOf(folder.enrolment);
  const enrolment = await openEnrolment(text, trust, undefined);
  return { folder, enrolment, trust };
}

/** @throws as `readStation`, and NAT_SQLITE_LOCKED where it is open already, NAT_JOURNAL_*, NAT_STATION_*, NAT_KEYFILE_*, NAT_PKCS11_* */
export async function openStation(path: string, access: StationKeyAccess): Promise<OpenedStation> {
  const folder = stationFolder(path);
  const key = await openStationKey(folder, access);
  try {
    return await openWith(key, folder);
  } catch (error) {
    await key.close();
    throw error;
  }
}

async function openWith(key: OpenedStationKey, folder: StationFolder): Promise<OpenedStation> {
  const trust = parseTrustFile(await textOf(folder.trust));
  const enrolment = await openEnrolment(await textOf(folder.enrolment), trust, key.publicKey);
  const lineToken = (await textOf(folder.lineToken)).trim();
  const lock = holdFileLock(folder.birthsLock);
  const preparer = startBirthWorkers(equipmentOf(enrolment, key.issuing));
  try {
    const births = await StationBirths.open(folder.journal, { enrolment, preparer, clock: systemClock });
    const close = async () => {
      await births.close();
      await preparer.close();
      await key.close();
      lock.release();
    };
    return { folder, enrolment, trust, births, lineToken, warnings: key.warnings, close };
  } catch (error) {
    await preparer.close();
    lock.release();
    throw error;
  }
}

/** Unit tags are the registry's to make: those made here go nowhere. */
function equipmentOf({ authority, profile }: Enrolment, issuing: SharedKey) {
  const { certificate, baseUrl, oids } = authority;
  return {
    authority: { certificate: certificate.der, baseUrl, arc: oids.arc },
    profiles: new Map([[profile.product, profile]]),
    issuing,
    tags: shareAuthenticator(nodeAuthenticator(nodeEntropy.bytes(32))),
  };
}

async function textOf(path: string): Promise<string> {
  const bytes = await readBoundedFile(path, largestFile).catch((cause: unknown) => {
    throw stationError("NAT_STATION_DATA", `${path}; natalis station install makes it`, cause);
  });
  return decodeUtf8(bytes);
}
