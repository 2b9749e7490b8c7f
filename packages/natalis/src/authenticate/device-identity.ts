// SPDX-License-Identifier: Apache-2.0
// Which device a birth certificate names (IEEE 802.1AR: an initial device identity), once its path is verified. Every
// fact stands in the certificate exactly once, and where it stands twice by design, both places agree.

import {
  attributeValues,
  type Certificate,
  findExtension,
  type GeneralName,
  oids,
  oidsOf,
  parseBasicConstraints,
  parseBirthExtension,
  parseHardwareModuleName,
  parseKeyUsage,
  parseSubjectAltName,
  urisOf,
} from "../formats/index.ts";
import { encodeUtf8, equalBytes, isNatalisError, parseUuid } from "../kernel/index.ts";
import type { VerifiedPath } from "../path/index.ts";
import { authenticateError } from "./errors.ts";

export interface DeviceIdentity {
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  /** How far it is proven where the private key lives, 0 to 4; certified by every authority of the path. */
  readonly custody: number;
  /** SHA-256 of the birth record that the certificate commits to. */
  readonly birthRecord: Uint8Array;
}

const uuidUrn = "urn:uuid:";

/** @throws NAT_AUTHENTICATE_IDENTITY */
export function readDeviceIdentity(path: VerifiedPath, arc: string): DeviceIdentity {
  try {
    const [certificate] = path.certificates;
    requireEndEntity(certificate);
    return { ...readSubject(certificate), ...readBirth(certificate, path.policies, arc) };
  } catch (error) {
    if (!isNatalisError(error) || error.code === "NAT_AUTHENTICATE_IDENTITY") throw error;
    throw authenticateError("NAT_AUTHENTICATE_IDENTITY", error.message, error);
  }
}

/** A device signs for itself and issues nothing. */
function requireEndEntity(certificate: Certificate): void {
  const constraints = findExtension(certificate, oids.basicConstraints);
  if (constraints !== undefined && parseBasicConstraints(constraints.value).isAuthority)
    throw authenticateError("NAT_AUTHENTICATE_IDENTITY", "it is an authority's");
  const usage = findExtension(certificate, oids.keyUsage);
  if (usage === undefined || !parseKeyUsage(usage.value).has("digitalSignature"))
    throw authenticateError("NAT_AUTHENTICATE_IDENTITY", "its key usage lacks digitalSignature");
}

function readSubject(certificate: Certificate): Omit<DeviceIdentity, "custody" | "birthRecord"> {
  const name = single("common name", attributeValues(certificate.subject, oids.commonName));
  if (single("urn:uuid name", uuidUrnsOf(certificate)) !== `${uuidUrn}${name}`)
    throw authenticateError("NAT_AUTHENTICATE_IDENTITY", "common name and urn:uuid name differ");
  const serial = single("serial number attribute", attributeValues(certificate.subject, oids.serialNumber));
  requireHardwareOf(serial, certificate);
  return {
    deviceId: parseUuid(name),
    maker: single("organization", attributeValues(certificate.subject, oids.organizationName)),
    model: single("organizational unit", attributeValues(certificate.subject, oids.organizationalUnitName)),
    serial,
  };
}

function uuidUrnsOf(certificate: Certificate): readonly string[] {
  return urisOf(alternativeNamesOf(certificate)).filter((uri) => uri.startsWith(uuidUrn));
}

/** A hardware module name (RFC 4108 section 5), where there is one, is of the unit that the subject names. */
function requireHardwareOf(serial: string, certificate: Certificate): void {
  for (const name of alternativeNamesOf(certificate))
    if (name.kind === "otherName" && name.oid === oids.hardwareModuleName)
      if (!equalBytes(parseHardwareModuleName(name.value).serialNumber, encodeUtf8(serial)))
        throw authenticateError("NAT_AUTHENTICATE_IDENTITY", "the hardware module name is of another unit");
}

function alternativeNamesOf(certificate: Certificate): readonly GeneralName[] {
  const extension = findExtension(certificate, oids.subjectAltName);
  return extension === undefined ? [] : parseSubjectAltName(extension.value);
}

function readBirth(
  certificate: Certificate,
  policies: readonly string[],
  arc: string,
): Pick<DeviceIdentity, "custody" | "birthRecord"> {
  const own = oidsOf(arc);
  const extension = findExtension(certificate, own.birthExtension);
  if (extension === undefined) throw authenticateError("NAT_AUTHENTICATE_IDENTITY", "it has no birth extension");
  const birth = parseBirthExtension(extension.value);
  if (!policies.includes(own.custody(birth.custody)))
    throw authenticateError("NAT_AUTHENTICATE_IDENTITY", `custody ${birth.custody} is not a policy of its path`);
  return birth;
}

function single(what: string, values: readonly string[]): string {
  const [value] = values;
  if (value === undefined || values.length > 1)
    throw authenticateError("NAT_AUTHENTICATE_IDENTITY", `${values.length} values of ${what}`);
  return value;
}
