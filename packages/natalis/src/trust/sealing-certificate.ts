// SPDX-License-Identifier: Apache-2.0
// A device's certificate as far as seals need it: whose it is, and that its key may seal. Whether it is genuine and
// was valid is `authenticate`'s to prove; who verifies seals chooses the certificate.

import {
  algorithmOfPublicKey,
  type Certificate,
  findExtension,
  oids,
  oidsOf,
  parseExtendedKeyUsage,
  parseSubjectAltName,
  urisOf,
} from "../formats/index.ts";
import { type Hash, isNatalisError, parseUuid } from "../kernel/index.ts";
import { trustError } from "./errors.ts";

/** Can be had from `sealingCertificate` only. */
export class SealingCertificate {
  readonly #maySeal = true;
  readonly certificate: Certificate;
  /** SHA-256 of the certificate's DER: seals name it as x5t. */
  readonly fingerprint: Uint8Array;
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;

  constructor(fields: Pick<SealingCertificate, "certificate" | "fingerprint" | "deviceId">) {
    this.certificate = fields.certificate;
    this.fingerprint = fields.fingerprint;
    this.deviceId = fields.deviceId;
  }

  static isOne(value: unknown): value is SealingCertificate {
    return typeof value === "object" && value !== null && #maySeal in value;
  }
}

const uuidUrn = "urn:uuid:";

/**
 * The certificate, if its extended key usage has `<arc>.3.2`, its key is of the algorithm table and it names one device.
 * @throws NAT_SEAL_CERTIFICATE, NAT_ARC_FORM
 */
export function sealingCertificate(certificate: Certificate, arc: string, hash: Hash): SealingCertificate {
  const purpose = oidsOf(arc).seal;
  const facts = readFacts(certificate);
  if (!facts.purposes.includes(purpose))
    throw trustError("NAT_SEAL_CERTIFICATE", `its extended key usage lacks ${purpose}`);
  const [name] = facts.names;
  if (name === undefined || facts.names.length > 1)
    throw trustError("NAT_SEAL_CERTIFICATE", `${facts.names.length} urn:uuid names`);
  return new SealingCertificate({
    certificate,
    fingerprint: hash.sha256(certificate.der),
    deviceId: parseUuid(name.slice(uuidUrn.length)),
  });
}

function readFacts(certificate: Certificate): { purposes: readonly string[]; names: readonly string[] } {
  const usage = findExtension(certificate, oids.extendedKeyUsage);
  const alternative = findExtension(certificate, oids.subjectAltName);
  try {
    algorithmOfPublicKey(certificate.publicKey);
    const uris = alternative === undefined ? [] : urisOf(parseSubjectAltName(alternative.value));
    const names = uris.filter((uri) => uri.startsWith(uuidUrn));
    for (const name of names) parseUuid(name.slice(uuidUrn.length));
    return { purposes: usage === undefined ? [] : parseExtendedKeyUsage(usage.value), names };
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    throw trustError("NAT_SEAL_CERTIFICATE", error.message, error);
  }
}
