// SPDX-License-Identifier: Apache-2.0
// How a device asks to be born: a PKCS#10 request (RFC 2986), signed by the key that the certificate will certify. It
// names the unit by its serial number; everything else is the station's and the profile's to say.

import {
  assembleSigned,
  encodeCertificationRequestInfo,
  encodeName,
  oids,
  type RequestAttribute,
} from "../formats/index.ts";
import type { Signer } from "../kernel/index.ts";
import { deviceError } from "./errors.ts";

export interface CertificationRequestInput {
  /** The unit's serial number, a PrintableString of 1 to 64 characters. */
  readonly serial: string;
  readonly signer: Signer;
  /** Such as that of its evidence (`evidenceAttribute` of natalis/protect). */
  readonly attributes?: readonly RequestAttribute[];
}

/** RFC 5280 appendix A.1, ub-serial-number. */
const longestSerial = 64;

/** The request, DER. @throws NAT_DEVICE_SERIAL, NAT_X509_NAME, NAT_DER_ for a serial number that no certificate carries */
export async function buildCertificationRequest({
  serial,
  signer,
  attributes = [],
}: CertificationRequestInput): Promise<Uint8Array> {
  if (serial.length < 1 || serial.length > longestSerial)
    throw deviceError("NAT_DEVICE_SERIAL", `${serial.length} characters`);
  const subject = encodeName([{ oid: oids.serialNumber, value: serial }]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey, attributes });
  return assembleSigned(info, signer.algorithm.signatureIdentifier, await signer.sign(info));
}
