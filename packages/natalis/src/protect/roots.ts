// SPDX-License-Identifier: Apache-2.0
// The roots that evidence may end in, and which of them count for a format. Makers issue the certificate of a root key
// anew, with other dates or under another name, so a root is known by its key.

import type { Certificate } from "../formats/index.ts";
import { equalBytes } from "../kernel/index.ts";
import type { EvidenceContext, EvidenceRoot } from "./evidence.ts";

/** Those that count for a format. */
export function rootsFor({ roots }: Pick<EvidenceContext, "roots">, format: string): readonly EvidenceRoot[] {
  return roots.filter(({ formats }) => formats.includes(format));
}

/** The root whose key a certificate certifies, if it is one. */
export function rootOfKey(
  roots: readonly EvidenceRoot[],
  publicKey: Certificate["publicKey"],
): EvidenceRoot | undefined {
  return roots.find(({ certificate }) => equalBytes(certificate.publicKey, publicKey));
}
