// SPDX-License-Identifier: Apache-2.0
// The entry of an authority's certificate: what the log says of the key follows from the certificate alone.

import { keyIdentifier, parseCertificate } from "../formats/index.ts";
import { type Hash, toHex } from "../kernel/index.ts";
import type { Cause, StationAuthority } from "./body.ts";
import type { AuthorityEvent } from "./events.ts";
import type { AuthorityKind } from "./ports.ts";

/** @throws NAT_X509_..., NAT_DER_... where it is no certificate */
export function authorityEvent(kind: AuthorityKind, certificate: Uint8Array, cause: Cause, hash: Hash): AuthorityEvent {
  const { publicKey } = parseCertificate(certificate);
  const keyId = toHex(keyIdentifier(publicKey, hash));
  return { type: "authority", kind, keyId, keyHash: hash.sha256(publicKey), certificate, ...cause };
}

/** The authority of a station for its enrolment. @throws NAT_X509_..., NAT_DER_... where it is no certificate */
export function stationAuthority(
  certificate: Uint8Array,
  window: { readonly notBefore: Date; readonly notAfter: Date },
  hash: Hash,
): StationAuthority {
  const { publicKey } = parseCertificate(certificate);
  const seconds = (at: Date) => Math.floor(at.getTime() / 1000);
  const keyId = toHex(keyIdentifier(publicKey, hash));
  return { keyId, certificate, notBefore: seconds(window.notBefore), notAfter: seconds(window.notAfter) };
}
