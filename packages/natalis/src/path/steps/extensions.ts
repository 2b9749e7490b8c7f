// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.4 (o) and 6.1.5 (f): every critical extension is processed, and what is processed was well formed.
// The reading itself is done once a certificate (path-certificate.ts); here its failure becomes the path's.

import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_EXTENSION and the NAT_X509_ and NAT_DER_ errors of malformed extensions. */
export function checkExtensions({ defect }: PathCertificate): void {
  if (defect !== undefined) throw defect;
}
