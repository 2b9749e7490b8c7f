// SPDX-License-Identifier: Apache-2.0
// A device's key in a TPM: the folder keeps it wrapped, which is no secret, since only that TPM opens it; and where the
// TPM is. A birth shows the TPM's endorsement key and its maker's certificates.

import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openTpm, type Tpm, type TpmEndorsement, type TpmKey, type TpmPlace, writeFileDurably } from "@natalis/node";
import { type Command, Option } from "commander";
import { parsePem } from "natalis/formats";
import { encodeUtf8, type SignatureAlgorithm, type Signer } from "natalis/kernel";
import { type EndorsementTemplateName, endorsementTemplates } from "natalis/protect";
import { z } from "zod";
import type { DeviceFolder } from "./device-folder.ts";
import { clientError } from "./errors.ts";
import { isThere, readData, readText } from "./files.ts";

export interface TpmOptions {
  /** True: at its usual place. */
  readonly tpm?: string | true;
  readonly tpmEndorsement?: EndorsementTemplateName;
  readonly tpmCertificates?: string;
}

/** A key in a TPM with what proves that it is there. */
export interface KeyInTpm {
  readonly tpm: Tpm;
  readonly key: TpmKey;
  readonly endorsement: TpmEndorsement;
}

const usualPlace = "/dev/tpmrm0";
const referenceSchema = z.strictObject({ place: z.string() });

export function withTpmOptions(command: Command): Command {
  const names = endorsementTemplates.map(({ name }) => name);
  return command
    .option("--tpm [place]", `the key is in a TPM 2.0: device, host:port, or unix:path (default: ${usualPlace})`)
    .addOption(
      new Option("--tpm-endorsement <template>", "its endorsement key (default: the strongest)").choices(names),
    )
    .option("--tpm-certificates <file>", "its maker's certificates that the TPM does not keep (PEM)");
}

/** The key of a device to be born, found or made in the TPM, open while `act` runs. @throws NAT_CLIENT_OPTION, NAT_TPM_… */
export async function withTpmBirthKey<T>(
  folder: DeviceFolder,
  algorithm: SignatureAlgorithm,
  { tpm: place = true, tpmEndorsement, tpmCertificates }: TpmOptions,
  act: (key: KeyInTpm) => Promise<T>,
): Promise<T> {
  if (await isThere(folder.key)) throw clientError("NAT_CLIENT_OPTION", `the device's key is ${folder.key}`);
  const more = tpmCertificates === undefined ? [] : parsePem(await readText(tpmCertificates), "CERTIFICATE");
  const text = place === true ? usualPlace : place;
  const tpm = await openTpm({ place: placeOf(text) });
  try {
    const found = await tpm.endorsement(tpmEndorsement);
    const endorsement = { ...found, endorsementCertificates: [...found.endorsementCertificates, ...more] };
    return await act({ tpm, key: await openOrMakeKey(folder, tpm, algorithm, text), endorsement });
  } finally {
    await tpm.close();
  }
}

/** The same of a device that was born; undefined where its key is in no TPM. */
export async function withTpmDeviceKey<T>(
  folder: DeviceFolder,
  act: (signer: Signer) => Promise<T>,
): Promise<{ readonly result: T } | undefined> {
  const { wrapped, reference } = filesOf(folder);
  if (!(await isThere(wrapped))) return undefined;
  const tpm = await openTpm({ place: placeOf(await readReference(reference)) });
  try {
    return { result: await act(await tpm.openKey(await readData(wrapped))) };
  } finally {
    await tpm.close();
  }
}

async function openOrMakeKey(
  folder: DeviceFolder,
  tpm: Tpm,
  algorithm: SignatureAlgorithm,
  place: string,
): Promise<TpmKey> {
  const { wrapped, reference } = filesOf(folder);
  const known = (await isThere(wrapped)) ? await tpm.openKey(await readData(wrapped)) : undefined;
  const key = known ?? (await tpm.createKey(algorithm));
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  // A TPM may be found at another place than before.
  const kept = place.startsWith("unix:") ? `unix:${resolve(place.slice("unix:".length))}` : place;
  await writeFileDurably(reference, encodeUtf8(`${JSON.stringify({ place: kept })}\n`));
  if (known === undefined) await writeFileDurably(wrapped, key.wrapped as Uint8Array);
  return key;
}

function filesOf({ path }: DeviceFolder): { readonly wrapped: string; readonly reference: string } {
  return { wrapped: join(path, "key.tpm"), reference: join(path, "tpm.json") };
}

async function readReference(path: string): Promise<string> {
  try {
    return referenceSchema.parse(JSON.parse(await readText(path))).place;
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  }
}

/** @throws NAT_CLIENT_OPTION */
function placeOf(text: string): TpmPlace {
  if (text.startsWith("/")) return { device: text };
  if (text.startsWith("unix:")) return { socket: text.slice("unix:".length) };
  const [, host, port] = /^(.{1,255}):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw clientError("NAT_CLIENT_OPTION", `--tpm ${text} is no device, host:port or unix:path`);
  return { host, port: Number(port) };
}
