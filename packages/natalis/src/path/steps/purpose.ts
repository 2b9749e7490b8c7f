// SPDX-License-Identifier: Apache-2.0
// Extended key usage (RFC 5280 4.2.1.12). The validated certificate must name the required purpose: what it does not
// say, and anyExtendedKeyUsage, is no consent. A CA certificate that lists purposes hands on only those.

import { oids } from "../../formats/index.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

/** @throws NAT_PATH_PURPOSE */
export function checkTargetPurpose({ purposes, label }: PathCertificate, purpose: string | undefined): void {
  if (purpose !== undefined && purposes?.includes(purpose) !== true)
    throw pathError("NAT_PATH_PURPOSE", `${label} is not for ${purpose}`);
}

/** @throws NAT_PATH_PURPOSE */
export function checkIssuerPurpose({ purposes, label }: PathCertificate, purpose: string | undefined): void {
  if (purpose === undefined || purposes === undefined) return;
  if (!purposes.includes(purpose) && !purposes.includes(oids.anyExtendedKeyUsage))
    throw pathError("NAT_PATH_PURPOSE", `${label} does not issue for ${purpose}`);
}
