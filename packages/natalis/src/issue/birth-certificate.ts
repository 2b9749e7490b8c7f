// SPDX-License-Identifier: Apache-2.0
// The birth certificate (DESIGN 3.1): an initial device identity (IDevID, IEEE 802.1AR-2018 section 8) in the profile
// of RFC 5280. This is the plain way to encode one; `birth-template.ts` does the same faster and is tested against it.

import {
  algorithmOfPublicKey,
  encodeBirthExtension,
  encodeExtendedKeyUsage,
  encodeMudUrl,
  encodeName,
  encodeSubjectAltName,
  encodeTbsCertificate,
  type Extension,
  hardwareModuleGeneralName,
  keyIdentifier,
  oids,
} from "../formats/index.ts";
import { encodeUtf8, formatUuid } from "../kernel/index.ts";
import type { Authority } from "./authority.ts";
import { issueError } from "./errors.ts";
import { issuerExtensions, keyUsageExtension, plain, policyExtension, subjectKeyExtension } from "./extensions.ts";
import type { Profile } from "./profile.ts";
import { isSerial } from "./serial.ts";
import { isNameText, isSerialText } from "./text.ts";
import { validityFrom } from "./validity.ts";

/** What one birth certificate says beyond its profile and its authority. */
export interface BirthCertificateFacts {
  /** Certificate serial number, as `newSerial` gives them. */
  readonly serialNumber: Uint8Array;
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  readonly model: string;
  /** The unit's serial number: PrintableString, at most 64 characters. */
  readonly serial: string;
  /** DER SubjectPublicKeyInfo, in its one canonical encoding. */
  readonly publicKey: Uint8Array;
  /** 0 to 4, as proven. */
  readonly custody: number;
  /** SHA-256 of the birth record. */
  readonly recordHash: Uint8Array;
  /** Milliseconds are dropped. */
  readonly bornAt: Date;
}

/** What the bytes of a birth certificate follow from. */
export interface BirthCertificateInput {
  readonly authority: Authority;
  readonly profile: Profile;
  readonly facts: BirthCertificateFacts;
}

/** Refuses facts that the profile or the standards do not allow. @throws NAT_ISSUE_FACTS, NAT_ALGORITHM_UNKNOWN */
export function checkBirthCertificateFacts({ profile, facts }: BirthCertificateInput): void {
  if (!isSerial(facts.serialNumber)) throw refused("the certificate serial number is not 16 octets from 0x40 to 0x7f");
  if (facts.deviceId.length !== 16) throw refused(`a device id of ${facts.deviceId.length} bytes`);
  if (facts.recordHash.length !== 32) throw refused(`a record hash of ${facts.recordHash.length} bytes`);
  if (!isNameText(facts.model)) throw refused("the model is not 1 to 64 visible characters");
  if (profile.models !== undefined && !profile.models.includes(facts.model))
    throw refused(`model ${JSON.stringify(facts.model)} is not one of the product line ${profile.product}`);
  if (!isSerialText(facts.serial)) throw refused("the serial is not 1 to 64 characters of PrintableString");
  if (!Number.isInteger(facts.custody) || facts.custody < profile.minimumCustody || facts.custody > 4)
    throw refused(`custody ${facts.custody}, where the profile asks for at least ${profile.minimumCustody}`);
  const { name } = algorithmOfPublicKey(facts.publicKey);
  if (!profile.algorithms.some((algorithm) => algorithm.name === name))
    throw refused(`a key for ${name}, which the profile does not list`);
}

/** TBSCertificate of a birth certificate, from checked facts. */
export function encodeBirthTbs({ authority, profile, facts }: BirthCertificateInput): Uint8Array {
  return encodeTbsCertificate({
    serialNumber: facts.serialNumber,
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    ...validityFrom(facts.bornAt, profile.lifetimeDays, authority.certificate.notAfter),
    subject: encodeName([
      { oid: oids.organizationName, value: profile.maker },
      { oid: oids.organizationalUnitName, value: facts.model },
      { oid: oids.serialNumber, value: facts.serial },
      { oid: oids.commonName, value: formatUuid(facts.deviceId) },
    ]),
    publicKey: facts.publicKey,
    extensions: birthExtensions({ authority, profile, facts }),
  });
}

/** The URI that names a device (RFC 9562 section 4). */
export function deviceUri(deviceId: Uint8Array): string {
  return `urn:uuid:${formatUuid(deviceId)}`;
}

function birthExtensions({ authority, profile, facts }: BirthCertificateInput): Extension[] {
  const { oids: own, hash } = authority;
  const hardware = { type: own.product(profile.productNumber), serialNumber: encodeUtf8(facts.serial) };
  const birth = { custody: facts.custody, birthRecord: facts.recordHash };
  return [
    ...issuerExtensions(authority, facts.serialNumber),
    subjectKeyExtension(keyIdentifier(facts.publicKey, hash)),
    keyUsageExtension("digitalSignature"),
    plain(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.clientAuth, own.answer, own.seal])),
    plain(
      oids.subjectAltName,
      encodeSubjectAltName([hardwareModuleGeneralName(hardware), { kind: "uri", value: deviceUri(facts.deviceId) }]),
    ),
    policyExtension(own.custody(facts.custody)),
    ...(profile.mudUrl === undefined ? [] : [plain(oids.mudUrl, encodeMudUrl(profile.mudUrl))]),
    plain(own.birthExtension, encodeBirthExtension(birth)),
  ];
}

function refused(what: string): Error {
  return issueError("NAT_ISSUE_FACTS", what);
}
