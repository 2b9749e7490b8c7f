// SPDX-License-Identifier: Apache-2.0
// What the maker left in a TPM about its endorsement keys: certificates in NV indices, those of its authorities behind
// them (TCG EK Credential Profile for TPM Family 2.0, 2.2.1.4 and 2.2.1.5), and often the keys at persistent handles
// (TCG TPM v2.0 Provisioning Guidance, 7.8).

import { DerReader, parseCertificate, tags, tpmCertificateTolerance } from "natalis/formats";
import { concatBytes, equalBytes, isNatalisError } from "natalis/kernel";
import {
  type EndorsementTemplate,
  type EndorsementTemplateName,
  endorsementTemplateOf,
  endorsementTemplates,
  parsePublicArea,
  publicKeyOf,
} from "natalis/protect";
import type { CommandChannel } from "./command.ts";
import { getHandles, nvRead, nvSize, readPublic } from "./commands.ts";
import { tpmError } from "./errors.ts";

export interface EndorsementCertificate {
  readonly template: EndorsementTemplate;
  /** DER: the key's own first, then those of authorities that are in the TPM. */
  readonly certificates: readonly [Uint8Array, ...Uint8Array[]];
  /** SubjectPublicKeyInfo that it certifies. */
  readonly publicKey: Uint8Array;
}

const firstIndex = 0x01c0_0000;
const authorities = { first: 0x01c0_0100, last: 0x01c0_01ff } as const;
const mostIndices = 64;
/** TPMs answer at least so much at a time (TPM_PT_NV_BUFFER_MAX). */
const nvPart = 512;
const longestIndex = 8192;
const persistentEndorsement = { first: 0x8101_0000, most: 64, last: 0x8101_ffff } as const;

/** Those of the profile's keys that are certified in this TPM, the stronger first. @throws NAT_TPM_ENDORSEMENT */
export async function readEndorsementCertificates(
  channel: CommandChannel,
  name?: EndorsementTemplateName,
): Promise<readonly EndorsementCertificate[]> {
  const indices = await getHandles(channel, firstIndex, mostIndices);
  const wanted = endorsementTemplates.filter((one) => name === undefined || one.name === name);
  const above = await readAuthorities(channel, indices);
  const found: EndorsementCertificate[] = [];
  for (const template of wanted.filter(({ certificateIndex }) => indices.includes(certificateIndex))) {
    const { der, publicKey } = parse(await readIndex(channel, template.certificateIndex), template);
    found.push({ template, certificates: [der, ...above], publicKey });
  }
  return found;
}

/** The persistent handle of a key that was made from this template, or undefined. */
export async function findPersistentKey(
  channel: CommandChannel,
  { template, publicKey }: EndorsementCertificate,
): Promise<{ readonly handle: number; readonly publicArea: Uint8Array } | undefined> {
  const handles = await getHandles(channel, persistentEndorsement.first, persistentEndorsement.most);
  for (const handle of handles.filter((one) => one <= persistentEndorsement.last)) {
    const publicArea = await readPublic(channel, handle);
    if (isKeyOf(publicArea, template, publicKey)) return { handle, publicArea };
  }
  return undefined;
}

/** Whether a public area is of this template and this key. Keys of kinds that we do not know are none. */
export function isKeyOf(publicArea: Uint8Array, template: EndorsementTemplate, publicKey: Uint8Array): boolean {
  try {
    const area = parsePublicArea(publicArea);
    return endorsementTemplateOf(area) === template && equalBytes(publicKeyOf(area), publicKey);
  } catch (error) {
    if (isNatalisError(error, "NAT_TPM_STRUCTURE")) return false;
    throw error;
  }
}

function parse(bytes: Uint8Array, { title }: EndorsementTemplate) {
  try {
    return parseCertificate(bytes, tpmCertificateTolerance);
  } catch (cause) {
    if (!isNatalisError(cause)) throw cause;
    throw tpmError("NAT_TPM_ENDORSEMENT", `the certificate of ${title}: ${cause.message}`, cause);
  }
}

/** Certificates one behind another, from one index into the next; zeros or anything else end them. */
async function readAuthorities(channel: CommandChannel, indices: readonly number[]): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (const index of indices.filter((one) => one >= authorities.first && one <= authorities.last))
    parts.push(await readIndex(channel, index));
  const reader = new DerReader(concatBytes(...parts));
  const certificates: Uint8Array[] = [];
  while (reader.peekTag() === tags.sequence) certificates.push(reader.readRaw());
  return certificates;
}

async function readIndex(channel: CommandChannel, index: number): Promise<Uint8Array> {
  const size = await nvSize(channel, index);
  if (size > longestIndex) throw tpmError("NAT_TPM_ENDORSEMENT", `index 0x${index.toString(16)} of ${size} octets`);
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < size; offset += nvPart)
    parts.push(await nvRead(channel, index, offset, Math.min(nvPart, size - offset)));
  return concatBytes(...parts);
}
