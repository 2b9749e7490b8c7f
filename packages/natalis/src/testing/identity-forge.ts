// SPDX-License-Identifier: Apache-2.0
// Signs birth certificates and state proofs with any content, also what no authority and no registry would say. Only
// for showing what verifiers refuse.

import {
  encodeBirthExtension,
  encodeCertificatePolicies,
  encodeCheckpoint,
  encodeCrlDistributionPoints,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeLogProof,
  encodeName,
  encodeSubjectAltName,
  type Extension,
  inclusionProofOfLeaves,
  leafHash,
  type NoteSigner,
  oids,
  oidsOf,
  rootOfLeaves,
  signNote,
} from "../formats/index.ts";
import { encodeUtf8, formatUuid, portableHash, type Signer } from "../kernel/index.ts";
import { type DeviceState, encodeStateEntry, encodeStateLeaf, encodeStateProof, noOwner } from "../registry/index.ts";
import { extension, type Forged, forgeCertificate } from "./certificate-forge.ts";

export interface ForgedDeviceFields {
  readonly arc: string;
  readonly issuer: Forged;
  readonly signer: Signer;
  readonly deviceId: Uint8Array;
  readonly custody?: number | undefined;
  readonly crlUrl?: string | undefined;
  /** Each replaces the usual one of its kind. */
  readonly extensions?: readonly Extension[] | undefined;
  /** DER Name instead of the usual one. */
  readonly subject?: Uint8Array | undefined;
}

export interface ForgedStateFields {
  readonly device: Forged;
  readonly deviceId: Uint8Array;
  readonly state: DeviceState;
  readonly since: Date;
  /** As of when. */
  readonly time: Date;
  readonly log: NoteSigner;
}

/** SHA-256 of the birth record that these certificates name. */
export const forgedBirthRecord: Uint8Array = portableHash.sha256(encodeUtf8("a forged birth record"));

export function forgeBirthCertificate(fields: ForgedDeviceFields): Promise<Forged> {
  const { issuer, signer, extensions = [] } = fields;
  const usual = birthExtensions(fields).filter(({ oid }) => !extensions.some((given) => given.oid === oid));
  const subject = fields.subject ?? deviceName(formatUuid(fields.deviceId));
  return forgeCertificate({ name: "", subject, issuer, signer, extensions: [...usual, ...extensions] });
}

/** A device's subject: maker, model, serial and name. */
export function deviceName(commonName: string): Uint8Array {
  return encodeName([
    { oid: oids.organizationName, value: "Forged Devices" },
    { oid: oids.organizationalUnitName, value: "F-1" },
    { oid: oids.serialNumber, value: "SN-0001" },
    { oid: oids.commonName, value: commonName },
  ]);
}

/** The proof of a log of two entries whose state tree has the one device. */
export async function forgeStateProof({
  device,
  deviceId,
  state,
  since,
  time,
  log,
}: ForgedStateFields): Promise<Uint8Array> {
  const { publicKey, der } = device.certificate;
  const [keyHash, certificateHash] = [portableHash.sha256(publicKey), portableHash.sha256(der)];
  const facts = { ordinal: 0, id: deviceId, keyHash, certificateHash, owner: noOwner, lastEntry: 0 };
  const leaf = encodeStateLeaf({ ...facts, state, since: since.getTime() });
  const stateRoot = leafHash(leaf, portableHash);
  const stateEntry = encodeStateEntry({ time: time.getTime(), devices: 1, stateRoot });
  const entries = [leafHash(encodeUtf8("born"), portableHash), leafHash(stateEntry, portableHash)];
  const root = rootOfLeaves(entries, portableHash);
  const checkpoint = await signNote(encodeCheckpoint({ origin: log.name, size: 2, root }), [log]);
  const logProof = encodeLogProof({ index: 1, proof: inclusionProofOfLeaves(entries, 1, portableHash), checkpoint });
  return encodeStateProof({ leaf, path: [], stateEntry, logProof });
}

function birthExtensions({ arc, deviceId, custody = 0, crlUrl }: ForgedDeviceFields): Extension[] {
  const own = oidsOf(arc);
  const urn = { kind: "uri", value: `urn:uuid:${formatUuid(deviceId)}` } as const;
  const birth = encodeBirthExtension({ custody, birthRecord: forgedBirthRecord });
  return [
    extension(oids.keyUsage, encodeKeyUsage(["digitalSignature"]), true),
    extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([own.answer, own.seal])),
    extension(oids.subjectAltName, encodeSubjectAltName([urn])),
    extension(oids.certificatePolicies, encodeCertificatePolicies([own.custody(custody)])),
    extension(own.birthExtension, birth),
    ...(crlUrl === undefined ? [] : [extension(oids.crlDistributionPoints, encodeCrlDistributionPoints([crlUrl]))]),
  ];
}
