// SPDX-License-Identifier: Apache-2.0
// Subject alternative name (RFC 5280 4.2.1.6), and the name that a piece of hardware has in it: hardwareModuleName
// (RFC 4108 section 5, named by IEEE 802.1AR).

import { type DerReader, encodeOctetString, encodeOid, encodeSequence, readExactly, tags } from "../der/index.ts";
import { encodeGeneralNames, type GeneralName, readGeneralNames } from "./general-name.ts";
import { oids } from "./object-identifiers.ts";
import type { CertificateTolerance } from "./tolerance.ts";

export interface HardwareModuleName {
  /** hwType: the kind of hardware, an OID. */
  readonly type: string;
  /** hwSerialNum: octets that name the unit among its kind. */
  readonly serialNumber: Uint8Array;
}

/**
 * @param tolerance that of the certificate: TPM makers leave the attributes of these names in any order too
 * @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors
 */
export function parseSubjectAltName(value: Uint8Array, tolerance?: CertificateTolerance): readonly GeneralName[] {
  return readExactly(value, (reader) => readGeneralNames(reader, tags.sequence, tolerance));
}

/** @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function encodeSubjectAltName(names: readonly GeneralName[]): Uint8Array {
  return encodeGeneralNames(names);
}

/** Reads the value of an otherName `oids.hardwareModuleName`. @throws the NAT_DER_ errors */
export function parseHardwareModuleName(value: Uint8Array): HardwareModuleName {
  return readExactly(value, readHardwareModuleName);
}

/** The value alone; `hardwareModuleGeneralName` makes the whole name of it. @throws NAT_DER_OID */
export function encodeHardwareModuleName({ type, serialNumber }: HardwareModuleName): Uint8Array {
  return encodeSequence(encodeOid(type), encodeOctetString(serialNumber));
}

/** A hardware module name as it stands in subjectAltName. @throws NAT_DER_OID */
export function hardwareModuleGeneralName(name: HardwareModuleName): GeneralName {
  return { kind: "otherName", oid: oids.hardwareModuleName, value: encodeHardwareModuleName(name) };
}

function readHardwareModuleName(reader: DerReader): HardwareModuleName {
  const fields = reader.enter();
  const name = { type: fields.oid(), serialNumber: fields.octetString() };
  fields.end();
  return name;
}
