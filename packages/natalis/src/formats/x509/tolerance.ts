// SPDX-License-Identifier: Apache-2.0
// What is taken of certificates that are not DER, for those who have to: genuine TPM certificates that cannot be issued
// again. Nothing takes it unless it is asked for by this name, and what is tolerated cannot change what is signed.

import { DerReader } from "../der/index.ts";

/** Departures from DER, each seen in certificates of TPM makers. */
export interface CertificateTolerance {
  /** Octets 0xff after the certificate, up to the size of the NV index that it was read from. */
  readonly padding: boolean;
  /** Attributes of one relative name in any order (X.690 11.6), also in directory names among the alternative names. */
  readonly attributeOrder: boolean;
}

export const tpmCertificateTolerance: CertificateTolerance = { padding: true, attributeOrder: true };

const paddingOctet = 0xff;

/** The first value of the bytes, if all that follows it is padding; else the bytes as they are. @throws the NAT_DER_ errors */
export function withoutPadding(bytes: Uint8Array): Uint8Array {
  const value = new DerReader(bytes).readRaw();
  return bytes.subarray(value.length).every((octet) => octet === paddingOctet) ? value : bytes;
}
