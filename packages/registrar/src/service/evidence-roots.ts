// SPDX-License-Identifier: Apache-2.0
// The roots that evidence may end in (DESIGN 5), as the data folder has them: `evidence-roots/roots.json` says of each
// format which roots count and the most that each may prove, and each is a file `<format>/<name>.pem` beside it. Lists
// of revoked certificates are `<format>/*.crl`; signers of makers' manifests are roots of `secure-element-manifest`. A root that is named nowhere, or a name without a file, stops the start:
// a simulator's root that counted as a maker's by mistake would prove whatever anyone likes.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBoundedFile } from "@natalis/node";
import { parseCertificateList, parsePem } from "natalis/formats";
import { isNameText } from "natalis/issue";
import { decodeUtf8, toHex } from "natalis/kernel";
import { parseAndroidStatusList } from "natalis/protect";
import { z } from "zod";
import { requireEndorsementFile } from "../pipeline/endorsement-file.ts";
import { noEvidence, parseRoot, rootedFormats, type SharedEvidence, type SharedRoot } from "../pipeline/evidence.ts";
import { serviceError } from "./errors.ts";
import { optional } from "./optional.ts";

const largestFile = 1024 * 1024;
const largestList = 16 * 1024 * 1024;
const index = "roots.json";
const androidStatus = "android-status.json";

const custody = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const rootSchema = z.strictObject({
  /** The most that it proves: 1 of a simulator. */
  cap: custody,
  /** Lets it prove more, for a test; every birth record by it says so. */
  lifted: custody.optional(),
});
const indexSchema = z.partialRecord(
  z.enum(rootedFormats as [string, ...string[]]),
  z.record(
    z.string().refine((name) => isNameText(name) && !/[/\\]/.test(name)),
    rootSchema,
  ),
);

/** Where the manifests are that `natalis evidence manifest import` took, beside the roots. */
export function endorsementsIn(folder: string): string {
  return join(folder, "endorsements.sqlite");
}

type RootRow = z.infer<typeof rootSchema>;

/** Nothing where the folder is not there. @throws NAT_SERVICE_EVIDENCE naming what is not as it must be */
export async function loadEvidence(folder: string): Promise<SharedEvidence> {
  if ((await optional(readdir(folder))) === undefined) return noEvidence;
  try {
    const formats = await readIndex(folder);
    const named = Object.entries(formats);
    const roots = await Promise.all(named.map(([format, rows = {}]) => rootsOf(folder, format, rows)));
    requireOneCap(roots.flat());
    await requireNamed(folder, Object.keys(formats));
    const lists = await Promise.all(named.map(([format]) => listsOf(join(folder, format))));
    const status = await optional(readBoundedFile(join(folder, androidStatus), largestList));
    const androidStatusList = status && decodeUtf8(status);
    if (androidStatusList !== undefined) parseAndroidStatusList(androidStatusList);
    const shared = { roots: roots.flat(), lists: lists.flat() };
    const endorsements = endorsementsIn(folder);
    // An empty one is being made.
    const isThere = ((await optional(stat(endorsements)))?.size ?? 0) > 0;
    if (isThere) requireEndorsementFile(endorsements);
    return {
      ...shared,
      ...(androidStatusList !== undefined && { androidStatusList }),
      ...(isThere && { endorsements }),
    };
  } catch (cause) {
    throw serviceError("NAT_SERVICE_EVIDENCE", cause instanceof Error ? cause.message : folder, cause);
  }
}

async function readIndex(folder: string): Promise<z.infer<typeof indexSchema>> {
  const json: unknown = JSON.parse(decodeUtf8(await readBoundedFile(join(folder, index), largestFile)));
  const { data, error } = indexSchema.safeParse(json);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new Error(`${index}: ${[...(issue?.path ?? []), issue?.message ?? ""].join(" ")}`);
}

async function rootsOf(folder: string, format: string, rows: Readonly<Record<string, RootRow>>): Promise<SharedRoot[]> {
  const files = await filesIn(join(folder, format), ".pem");
  const stray = files.find((file) => !Object.hasOwn(rows, file.slice(0, -".pem".length)));
  if (stray !== undefined) throw new Error(`${index} does not say what ${format}/${stray} may prove`);
  const loaded = Object.entries(rows).map(async ([name, { cap, lifted }]) => {
    const text = decodeUtf8(await readBoundedFile(join(folder, format, `${name}.pem`), largestFile));
    const certificates = parsePem(text, "CERTIFICATE", largestFile);
    if (certificates.length === 0) throw new Error(`${format}/${name}.pem holds no certificate`);
    return certificates.map((certificate) => {
      parseRoot(format, certificate);
      return { name, format, certificate, cap: lifted ?? cap, capLifted: lifted !== undefined };
    });
  });
  return (await Promise.all(loaded)).flat();
}

/** Makers issue the certificate of a root anew, and both may stand here; but which cap counts must not hang on the order. */
function requireOneCap(roots: readonly SharedRoot[]): void {
  const known = new Map<string, SharedRoot>();
  for (const root of roots) {
    const { format, name, certificate, cap, capLifted } = root;
    const key = `${format} ${toHex(parseRoot(format, certificate).publicKey)}`;
    const other = known.get(key) ?? root;
    if (other.cap !== cap || other.capLifted !== capLifted)
      throw new Error(`${index} has two caps for one key: ${format}/${other.name} and ${format}/${name}`);
    known.set(key, other);
  }
}

/** Folders of formats that the index does not name would be passed over, those too that a link leads to. */
async function requireNamed(folder: string, formats: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (!formats.includes(name) && (await optional(stat(join(folder, name))))?.isDirectory() === true)
      throw new Error(`${index} does not name ${name}`);
}

async function listsOf(folder: string): Promise<Uint8Array[]> {
  const lists = (await filesIn(folder, ".crl")).map(async (file) => {
    const bytes = await readBoundedFile(join(folder, file), largestList);
    // DER begins with a SEQUENCE.
    const ders = bytes[0] === 0x30 ? [bytes] : parsePem(decodeUtf8(bytes), "X509 CRL", largestList);
    for (const der of ders) parseCertificateList(der);
    return ders;
  });
  return (await Promise.all(lists)).flat();
}

async function filesIn(folder: string, ending: string): Promise<string[]> {
  return ((await optional(readdir(folder))) ?? []).filter((file) => file.endsWith(ending)).sort();
}
