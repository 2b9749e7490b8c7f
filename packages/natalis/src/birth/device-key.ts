// SPDX-License-Identifier: Apache-2.0
// A birth key is a device's. One that an authority signs with would make a leaf whose key can sign certificates and
// lists, under names that nobody expects of it; whoever asks for that is not a device.

import type { Certificate } from "../formats/index.ts";
import { equalBytes } from "../kernel/index.ts";
import { birthError } from "./errors.ts";

/**
 * @param publicKey DER SubjectPublicKeyInfo of the birth key
 * @param authorities certificates of those whose keys no device may have
 * @throws NAT_BIRTH_KEY_AUTHORITY
 */
export function requireDeviceKey(publicKey: Uint8Array, authorities: readonly Pick<Certificate, "publicKey">[]): void {
  if (authorities.some((authority) => equalBytes(authority.publicKey, publicKey)))
    throw birthError("NAT_BIRTH_KEY_AUTHORITY", "it is that of an authority in the device's own chain");
}
