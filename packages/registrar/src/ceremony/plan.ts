// SPDX-License-Identifier: Apache-2.0
// The plan of a ceremony: a file that everybody reads before, and that the ceremony then follows to the letter. Paths in
// it begin at its own folder.

import { dirname, isAbsolute, join } from "node:path";
import { nodeHash, parsePkcs11Uri, readBoundedFile } from "@natalis/node";
import { parsePem, readKeyFacts } from "natalis/formats";
import { checkBaseUrl, isNameText, isSerial } from "natalis/issue";
import { decodeUtf8, fromHex, isNatalisError, toBase64, toHex } from "natalis/kernel";
import { z } from "zod";
import { settingsSchema } from "../service/settings.ts";
import { ceremonyError } from "./errors.ts";

const text = z.string().refine(isNameText, "not 1 to 64 visible characters");

/** Reasons for which a root revokes an issuing authority (RFC 5280 section 5.3.1). */
export const reasonNumbers = {
  unspecified: 0,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
} as const;
const listedReasons = Object.keys(reasonNumbers) as (keyof typeof reasonNumbers)[];

const participantSchema = z.strictObject({
  name: text,
  role: text,
  /** PEM file of the public key with which a witness signs the record. */
  key: z.string().optional(),
});

const revokedSchema = z.strictObject({
  serial: z.string().refine(isSerialText, "not a serial number of ours, in hexadecimal"),
  reason: z.enum(listedReasons),
  date: z.iso.datetime(),
});

const planSchema = z.strictObject({
  title: text,
  maker: settingsSchema.shape.maker,
  publicUrl: settingsSchema.shape.publicUrl,
  arc: settingsSchema.shape.arc,
  participants: z.array(participantSchema).min(1).max(50),
  root: z.strictObject({
    /** A PKCS#11 URI, or the path of a sealed key file; without `certificate` nothing may be there yet. */
    key: z.string().min(1).max(2048),
    /** PEM file of a root that there is already. */
    certificate: z.string().optional(),
  }),
  /** PEM files, PKCS#10. */
  requests: z.array(z.string()).max(20),
  /** Issuing certificates that the root's list revokes. */
  revoked: z.array(revokedSchema).max(1000).default([]),
  /** Days for which the root's list is in force. */
  listDays: z.int().min(1).max(1100).default(366),
});

export interface Participant {
  readonly name: string;
  readonly role: string;
  /** Base64 of the DER SubjectPublicKeyInfo with which a witness signs. */
  readonly key?: string | undefined;
}

export interface Plan extends Omit<z.infer<typeof planSchema>, "participants"> {
  readonly participants: readonly Participant[];
  /** The plan's own bytes. */
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

const largestFile = 1 << 20;

/** @throws NAT_CEREMONY_PLAN */
export async function readPlan(file: string): Promise<Plan> {
  const bytes = await readInput(file);
  const parsed = planSchema.safeParse(parseJson(decodeUtf8(bytes)));
  if (!parsed.success) throw ceremonyError("NAT_CEREMONY_PLAN", z.prettifyError(parsed.error));
  const at = (path: string) => (isAbsolute(path) ? path : join(dirname(file), path));
  const { participants, root, requests, ...rest } = parsed.data;
  checkBaseUrl(rest.publicUrl);
  if (isInToken(root.key)) parsePkcs11Uri(root.key);
  return {
    ...rest,
    root: {
      key: isInToken(root.key) ? root.key : at(root.key),
      ...(root.certificate === undefined ? {} : { certificate: at(root.certificate) }),
    },
    requests: requests.map(at),
    participants: await Promise.all(participants.map((one) => withKey(one, at))),
    bytes,
    sha256: toHex(nodeHash.sha256(bytes)),
  };
}

function isSerialText(serial: string): boolean {
  return /^(?:[0-9a-f]{2})+$/.test(serial) && isSerial(fromHex(serial));
}

export function isInToken(key: string): boolean {
  return key.startsWith("pkcs11:");
}

/** @throws NAT_CEREMONY_PLAN */
async function readInput(file: string): Promise<Uint8Array> {
  return readBoundedFile(file, largestFile).catch((cause: unknown) => {
    throw ceremonyError("NAT_CEREMONY_PLAN", file, cause);
  });
}

/** The one block of a PEM file that a plan names. @throws NAT_CEREMONY_PLAN */
export async function readPemInput(file: string, label: string): Promise<Uint8Array> {
  return onlyBlock(decodeUtf8(await readInput(file)), label, file);
}

function onlyBlock(pem: string, label: string, file: string): Uint8Array {
  try {
    const [der, second] = parsePem(pem, label);
    if (der !== undefined && second === undefined) return der;
  } catch (cause) {
    if (!isNatalisError(cause)) throw cause;
    throw ceremonyError("NAT_CEREMONY_PLAN", file, cause);
  }
  throw ceremonyError("NAT_CEREMONY_PLAN", `${file} does not hold one ${label}`);
}

async function withKey(
  { name, role, key: file }: z.infer<typeof participantSchema>,
  at: (path: string) => string,
): Promise<Participant> {
  if (file === undefined) return { name, role };
  const key = await readPemInput(at(file), "PUBLIC KEY");
  if (isWeak(key)) throw ceremonyError("NAT_CEREMONY_PLAN", `the key of ${name} is none that a witness can sign with`);
  return { name, role, key: toBase64(key) };
}

function isWeak(key: Uint8Array): boolean {
  try {
    return readKeyFacts(key).weak;
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return true;
  }
}

/** Undefined for what is no JSON: no schema accepts it. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
