// SPDX-License-Identifier: Apache-2.0
// Certificates as they are handed over. One that cannot be read is kept as its error: it spoils no path that does not
// need it, and says why there is none where one does.

import { type Certificate, parseCertificate, parsePem } from "natalis/formats";
import { isNatalisError, type NatalisError } from "natalis/kernel";

export type Given = { readonly certificate: Certificate } | { readonly error: NatalisError };

/** Whatever `read` refuses is the error of what was given. */
export function given(read: () => Certificate): Given {
  try {
    return { certificate: read() };
  } catch (error) {
    if (isNatalisError(error)) return { error };
    throw error;
  }
}

/** Characters of a file: all public authorities' certificates, and the longest list, fit. */
const mostCharacters = { CERTIFICATE: 16 << 20, "X509 CRL": 96 << 20 } as const;

/** PEM (RFC 7468) with explanatory text, or DER: certificates and lists come as either. @throws the NAT_PEM_ errors */
export function readDers(bytes: Uint8Array, label: keyof typeof mostCharacters): Uint8Array[] {
  if (isDer(bytes)) return [bytes];
  // Latin-1, since text around the blocks may be in any encoding and the blocks are ASCII.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  return parsePem(text, label, mostCharacters[label]);
}

/** Every certificate of a file's content. @throws the NAT_PEM_ errors */
export function readGiven(bytes: Uint8Array): Given[] {
  return readDers(bytes, "CERTIFICATE").map((der) => given(() => parseCertificate(der)));
}

export function certificatesOf(all: readonly Given[]): Certificate[] {
  return all.flatMap((one) => ("certificate" in one ? [one.certificate] : []));
}

/** A SEQUENCE whose length takes more than one octet, as that of any certificate or list does; text is ASCII there. */
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80;
}
