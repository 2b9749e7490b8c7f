// SPDX-License-Identifier: Apache-2.0
// The device's own certificate: what it signs under it must be verifiable with it.

import { type Certificate, parseCertificate } from "../formats/index.ts";
import { equalBytes, type Signer } from "../kernel/index.ts";
import { deviceError } from "./errors.ts";

/** @throws NAT_DEVICE_KEY, and the errors of a malformed certificate */
export function requireOwnCertificate(der: Uint8Array, signer: Signer): Certificate {
  const certificate = parseCertificate(der);
  if (!equalBytes(certificate.publicKey, signer.publicKey))
    throw deviceError("NAT_DEVICE_KEY", `an ${signer.algorithm.name} signer`);
  return certificate;
}
