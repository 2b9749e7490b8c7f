// SPDX-License-Identifier: Apache-2.0
// A registrar whose root is kept elsewhere, offline. First it has keys and a request (PKCS#10), and waits; with what the
// root's ceremony made of the request it becomes a registrar. The registry is built in a folder inside and its file put
// in place last, so that a crash before it leaves a registrar that still waits, and one after it a whole one.

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { nodeEntropy, readBoundedFile, renameDurably, writeFileDurably } from "@natalis/node";
import { attributeValues, encodePem, oids, parseCertificate, parseCertificateList, parsePem } from "natalis/formats";
import { shardOf } from "natalis/issue";
import { decodeUtf8, encodeUtf8, type Signer, toHex } from "natalis/kernel";
import type { RegistryStores } from "natalis/registry";
import { z } from "zod";
import { type AuthorityPair, type GivenPapers, rehearsalMark, requestIssuing, requirePapers } from "./authorities.ts";
import { type DataFolder, dataFolder } from "./data-folder.ts";
import { databaseOf } from "./database.ts";
import { serviceError } from "./errors.ts";
import { foundRegistry } from "./found-registry.ts";
import { openKeys, type OpenedKeys } from "./keys.ts";
import { readPassphrase } from "./passphrase.ts";
import { type Settings, settingsSchema } from "./settings.ts";

const awaitedSchema = z.strictObject({ settings: settingsSchema, database: z.string().optional() });
type Awaited = z.infer<typeof awaitedSchema>;

const largestFile = 1 << 20;

/** What a ceremony hands to a registrar: paths of PEM files. */
export interface PaperFiles {
  readonly root: string;
  readonly issuing: string;
  readonly list: string;
}

export interface CompleteInput {
  readonly folder: string;
  readonly files: PaperFiles;
  readonly passphraseFile?: string | undefined;
  readonly readPin: () => Promise<string>;
  /** The database's address with what the folder does not keep of it: a password. */
  readonly database?: string | undefined;
  /** Takes the root of a rehearsal. */
  readonly rehearsal: boolean;
}

/** Leaves the request, and what is needed to go on once it is answered. */
export async function askRoot(
  folder: DataFolder,
  awaited: { settings: Settings; database: string | undefined },
  issuing: Signer,
): Promise<void> {
  const request = encodePem("CERTIFICATE REQUEST", await requestIssuing(awaited.settings.maker, issuing));
  await writeFileDurably(folder.issuingRequest, encodeUtf8(request), 0o644);
  await writeFileDurably(folder.awaited, encodeUtf8(`${JSON.stringify(awaited, undefined, 2)}\n`));
}

/**
 * Makes the registrar that has waited. @throws NAT_SERVICE_CONFLICT where it does not wait, NAT_SERVICE_AUTHORITY,
 * NAT_SERVICE_DATA, and what opening keys and database throws
 */
export async function completeRegistrar(input: CompleteInput): Promise<readonly string[]> {
  const folder = dataFolder(input.folder);
  const { settings, database: kept } = await readAwaited(folder);
  const address = input.database ?? kept;
  if (await (await databaseOf(folder)).isMade())
    throw serviceError("NAT_SERVICE_CONFLICT", `${folder.path} holds a registry already`);
  const papers = await readPapers(input.files);
  if (isRehearsed(papers) && !input.rehearsal)
    throw serviceError("NAT_SERVICE_AUTHORITY", "the root is that of a rehearsal");
  const { passphrase, warnings } = await readPassphrase(folder, input.passphraseFile);
  const keys = await openKeys(folder, { passphrase, readPin: input.readPin });
  try {
    const { publicKey } = keys.keys.issuing;
    const authorities = await requirePapers(papers, settings, publicKey);
    await build(folder, { settings, database: address }, keys, authorities, papers);
  } finally {
    await keys.close();
  }
  return [...warnings, ...keys.warnings];
}

/**
 * Puts a newer list of the root into the registry of a registrar, which may be running.
 * @throws NAT_SERVICE_AUTHORITY where it is not the root's, not in force, or revokes the issuing authority;
 * NAT_REGISTRY_CRL_NUMBER where it is no newer
 */
export async function importRootList(path: string, file: string, database?: string): Promise<void> {
  const folder = dataFolder(path);
  const place = await databaseOf(folder, database);
  if (!(await place.isMade())) throw serviceError("NAT_SERVICE_DATA", `${place.shown} holds no registry`);
  const list = await readList(file);
  const stores = await place.open();
  try {
    const settings = settingsSchema.parse(Object.fromEntries(await stores.settings.settings()));
    const certificateOf = async (kind: "root" | "issuing") => {
      const row = await stores.authorities.latestAuthority(kind);
      if (row === undefined) throw serviceError("NAT_SERVICE_DATA", `the registry has no ${kind} authority`);
      return parseCertificate(row.certificate);
    };
    const [root, issuing] = [await certificateOf("root"), await certificateOf("issuing")];
    const papers = { root, issuing, list };
    const authorities = await requirePapers(papers, settings, issuing.publicKey);
    await saveList(stores, authorities, papers);
  } finally {
    await stores.close();
  }
}

async function build(
  folder: DataFolder,
  { settings, database }: Awaited,
  { keys }: OpenedKeys,
  authorities: AuthorityPair,
  papers: GivenPapers,
): Promise<void> {
  const building = dataFolder(join(folder.path, `registry.${toHex(nodeEntropy.bytes(4))}.new`));
  await mkdir(building.path, { mode: 0o700 });
  try {
    await foundRegistry(building, {
      settings,
      keys,
      authorities,
      list: (stores) => saveList(stores, authorities, papers),
      database,
    });
    // What says that the registry is made comes last.
    const parts = (await readdir(building.path)).toSorted((a, b) => rankOf(a) - rankOf(b));
    for (const part of parts) await renameDurably(join(building.path, part), join(folder.path, part));
    await rm(folder.awaited);
  } finally {
    await rm(building.path, { recursive: true, force: true });
  }
}

function rankOf(name: string): number {
  return name === "registry.sqlite" || name === "database" ? 1 : 0;
}

async function saveList(
  stores: RegistryStores,
  { root, issuing }: AuthorityPair,
  { list }: GivenPapers,
): Promise<void> {
  const logSize = (await stores.commits.head())?.size ?? 0;
  const { number, thisUpdate, nextUpdate, der } = list;
  if (number === undefined || number > Number.MAX_SAFE_INTEGER || nextUpdate === undefined)
    throw serviceError("NAT_SERVICE_AUTHORITY", "the list lacks its number or its end");
  const times = { thisUpdate: thisUpdate.getTime(), nextUpdate: nextUpdate.getTime() };
  const shard = shardOf(issuing.certificate.serialNumber);
  await stores.crls.saveCrl({ issuer: root.keyId, shard, number: Number(number), ...times, logSize, der });
}

async function readAwaited({ path, awaited }: DataFolder): Promise<Awaited> {
  const bytes = await readBoundedFile(awaited, largestFile).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_CONFLICT", `${path} does not wait for a root's certificates`, cause);
  });
  const parsed = awaitedSchema.safeParse(JSON.parse(decodeUtf8(bytes)));
  if (!parsed.success) throw serviceError("NAT_SERVICE_DATA", awaited, parsed.error);
  return parsed.data;
}

async function readPapers({ root, issuing, list }: PaperFiles): Promise<GivenPapers> {
  const certificate = async (file: string) => parseCertificate(await readPem(file, "CERTIFICATE"));
  return { root: await certificate(root), issuing: await certificate(issuing), list: await readList(list) };
}

async function readList(file: string) {
  return parseCertificateList(await readPem(file, "X509 CRL"));
}

async function readPem(file: string, label: string): Promise<Uint8Array> {
  const bytes = await readBoundedFile(file, largestFile).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_AUTHORITY", file, cause);
  });
  const [der, second] = parsePem(decodeUtf8(bytes), label);
  if (der === undefined || second !== undefined)
    throw serviceError("NAT_SERVICE_AUTHORITY", `${file} does not hold one ${label}`);
  return der;
}

function isRehearsed({ root }: GivenPapers): boolean {
  return attributeValues(root.subject, oids.commonName).some((name) => name.startsWith(`${rehearsalMark} `));
}
