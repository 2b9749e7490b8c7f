// SPDX-License-Identifier: Apache-2.0
// Checks a ceremony after the fact, with nothing but its folder: that the record holds together, that the files are
// those which it names, that certificates and list are what it says of them, and that its witnesses signed it. It needs
// no key and no trust in the machine that made it.

import { join } from "node:path";
import { nodeHash, nodeSignatureVerifier, readBoundedFile } from "@natalis/node";
import { parseCertificate, signatureSchemeFor } from "natalis/formats";
import { checkRootCertificate } from "natalis/issue";
import { decodeUtf8, equalBytes, fromBase64, fromHex, isNatalisError } from "natalis/kernel";
import { ceremonyError } from "./errors.ts";
import { certificateFacts, derOf, requireIssued } from "./procedure.ts";
import { type CeremonyRecord, filesOf, parseRecord, renderRecord, sha256 } from "./record.ts";
import { recordName } from "./run.ts";

export interface CheckedCeremony {
  readonly record: CeremonyRecord;
  /** For people. */
  readonly text: string;
  /** Of the record's bytes. */
  readonly sha256: string;
  readonly signatures: readonly { readonly witness: string; readonly file: string }[];
}

const largestFile = 16 << 20;
const largestSignature = 4096;

/** Everything but the witnesses' signatures: what they check before they sign. @throws NAT_CEREMONY_RECORD */
export async function checkCeremony(folder: string): Promise<Omit<CheckedCeremony, "signatures">> {
  const bytes = await readIn(folder, recordName);
  const record = parseRecord(decodeUtf8(bytes));
  const files = { read: (name: string) => readIn(folder, name) };
  for (const step of [record.opening, ...record.steps])
    for (const { name, sha256: due } of filesOf(step))
      if (sha256(await files.read(name)) !== due) throw ceremonyError("NAT_CEREMONY_RECORD", `${name} is another file`);
  try {
    await requireRoot(record, files);
    const issued = record.steps.filter(({ id }) => id.startsWith("issuing-"));
    for (const [index, step] of issued.entries()) {
      await requireFacts(step, files, `issuing-${index + 1}.pem`);
      await requireIssued(record.opening.authority, files, index + 1, endOf(record));
    }
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code === "NAT_CEREMONY_RECORD") throw cause;
    throw ceremonyError("NAT_CEREMONY_RECORD", cause.message, cause);
  }
  return { record, text: renderRecord(record), sha256: sha256(bytes) };
}

/**
 * The same, with the signatures of all witnesses over the record's bytes, as `openssl dgst -sign` and `openssl pkeyutl
 * -sign -rawin` make them. @throws NAT_CEREMONY_RECORD, NAT_CEREMONY_WITNESS
 */
export async function verifyCeremony(folder: string, files: readonly string[]): Promise<CheckedCeremony> {
  const checked = await checkCeremony(folder);
  const bytes = await readIn(folder, recordName);
  const witnesses = checked.record.opening.participants.flatMap(({ name, key }) =>
    key === undefined ? [] : [{ name, key: fromBase64(key) }],
  );
  if (witnesses.length === 0) throw ceremonyError("NAT_CEREMONY_WITNESS", "the record names no key of a witness");
  const signatures = await Promise.all(
    files.map(async (file) => {
      const signature = await readSignature(file);
      const signed = witnesses.find(({ key }) => isSignedBy(key, bytes, signature));
      if (signed === undefined) throw ceremonyError("NAT_CEREMONY_WITNESS", `${file} is no witness's over this record`);
      return { witness: signed.name, file, key: signed.key };
    }),
  );
  const absent = witnesses.filter(({ key }) => !signatures.some((one) => equalBytes(one.key, key)));
  if (absent.length > 0)
    throw ceremonyError("NAT_CEREMONY_WITNESS", `not signed by ${absent.map(({ name }) => name).join(", ")}`);
  return { ...checked, signatures: signatures.map(({ witness, file }) => ({ witness, file })) };
}

async function requireRoot({ steps }: CeremonyRecord, files: Reader): Promise<void> {
  const step = steps.find(({ id }) => id === "root");
  if (step === undefined) throw ceremonyError("NAT_CEREMONY_RECORD", "it has no root");
  await requireFacts(step, files, "root.pem");
  const root = parseCertificate(await derOf(files, "root.pem", "CERTIFICATE"));
  checkRootCertificate(root, nodeHash);
  const scheme = signatureSchemeFor(root.signatureIdentifier, root.publicKey);
  if (scheme === undefined || !nodeSignatureVerifier.verify(scheme, root.publicKey, root.tbs, root.signature))
    throw ceremonyError("NAT_CEREMONY_RECORD", "the root did not sign itself");
}

/** What was in force then may have ended since. */
function endOf({ steps }: CeremonyRecord): Date {
  return new Date(steps.at(-1)?.time ?? "");
}

interface Reader {
  read(name: string): Promise<Uint8Array>;
}

/** What the record tells people of a certificate is what the certificate says. */
async function requireFacts({ facts }: CeremonyRecord["steps"][number], files: Reader, name: string): Promise<void> {
  const told = new Map(facts);
  for (const [fact, value] of certificateFacts(await derOf(files, name, "CERTIFICATE")))
    if (told.get(fact) !== value) throw ceremonyError("NAT_CEREMONY_RECORD", `${name}: the ${fact} is ${value}`);
}

/** DER identifiers of what openssl signs with by these keys: ECDSA, RSA (PKCS#1 v1.5) with SHA-256, 384, 512; Ed25519. */
const identifiers = [
  "300a06082a8648ce3d040302",
  "300a06082a8648ce3d040303",
  "300a06082a8648ce3d040304",
  "300d06092a864886f70d01010b0500",
  "300d06092a864886f70d01010c0500",
  "300d06092a864886f70d01010d0500",
  "300506032b6570",
].map(fromHex);

function isSignedBy(key: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  return identifiers.some((identifier) => {
    const scheme = signatureSchemeFor(identifier, key);
    return scheme !== undefined && nodeSignatureVerifier.verify(scheme, key, bytes, signature);
  });
}

async function readSignature(file: string): Promise<Uint8Array> {
  return readBoundedFile(file, largestSignature).catch((cause: unknown) => {
    throw ceremonyError("NAT_CEREMONY_WITNESS", file, cause);
  });
}

async function readIn(folder: string, name: string): Promise<Uint8Array> {
  return readBoundedFile(join(folder, name), largestFile).catch((cause: unknown) => {
    throw ceremonyError("NAT_CEREMONY_RECORD", join(folder, name), cause);
  });
}
