// SPDX-License-Identifier: Apache-2.0
// The device that a certificate claims to be of: a key to look up by, and no proof of anything.

import { attributeValues, oids, parseCertificate } from "natalis/formats";
import { isNatalisError, parseUuid } from "natalis/kernel";

/** The id in the common name, or undefined where the bytes are no certificate that has one. */
export function deviceIdOf(der: Uint8Array): Uint8Array | undefined {
  try {
    const [name] = attributeValues(parseCertificate(der).subject, oids.commonName);
    return name === undefined ? undefined : parseUuid(name);
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}
