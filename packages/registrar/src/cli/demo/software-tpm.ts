// SPDX-License-Identifier: Apache-2.0
// The demo's TPM: swtpm, manufactured among the story's files with endorsement certificates by an authority that is
// made there too, where this machine has swtpm. The registrar reads its roots when it starts, so the TPM is made before.
// It is software: whoever has the folder has its keys, and its root is capped at custody 1.

import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hasSoftwareTpm, makeSoftwareTpm, readSoftwareTpmAuthority, writeFileDurably } from "@natalis/node";
import { encodePem } from "natalis/formats";
import { encodeUtf8 } from "natalis/kernel";
import { tpm2CertifyFormat } from "natalis/protect";
import type { DataFolder } from "../../service/data-folder.ts";
import { isThere } from "../files.ts";

/** Of the root in `roots.json`. */
const softwareTpmRoot = "swtpm";

/**
 * The TPM's folder; undefined where there is no swtpm, or where the registrar has roots of its owner's own.
 * @param path as in the environment variable
 */
export async function prepareSoftwareTpm({ path: data, evidenceRoots }: DataFolder, path: string) {
  const tpm = resolve(data, "demo", "tpm");
  const index = join(evidenceRoots, "roots.json");
  if (await isThere(index)) return (await isThere(tpm)) ? tpm : undefined;
  if (!hasSoftwareTpm(path)) return undefined;
  // The index comes last: where it is, the TPM is, and a TPM without it is of no use.
  for (const folder of [tpm, evidenceRoots]) await rm(folder, { recursive: true, force: true });
  await makeSoftwareTpm(tpm);
  const [, root] = await readSoftwareTpmAuthority(authorityOf(tpm));
  const roots = join(evidenceRoots, tpm2CertifyFormat);
  await mkdir(roots, { recursive: true, mode: 0o700 });
  await writeFileDurably(join(roots, `${softwareTpmRoot}.pem`), encodeUtf8(encodePem("CERTIFICATE", root)), 0o644);
  const rows = { [tpm2CertifyFormat]: { [softwareTpmRoot]: { cap: 1 } } };
  await writeFileDurably(index, encodeUtf8(`${JSON.stringify(rows, undefined, 2)}\n`), 0o644);
  return tpm;
}

/** PEM of the certificate between the endorsement key's and the root, which swtpm keeps nowhere. */
export function issuingCertificateOf(tpm: string): string {
  return join(authorityOf(tpm), "issuercert.pem");
}

function authorityOf(tpm: string): string {
  return join(tpm, "authority");
}
