// SPDX-License-Identifier: Apache-2.0
// Extended key usage (RFC 5280 4.2.1.12) along the path. Where a purpose must be named, what the validated certificate
// does not say, and anyExtendedKeyUsage, is no consent; else only another purpose is a refusal. A CA certificate that
// lists purposes hands on only those.

import { type KeyUsage, oids } from "../../formats/index.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";

export interface PurposeRequest {
  /** OID of the extended key usage that is needed. */
  readonly purpose?: string | undefined;
  /** What a certificate is for that lists no purposes, or any: nothing ("refuse", the default) or all. */
  readonly unnamedPurpose?: "refuse" | "accept" | undefined;
}

/** Key usages of which a purpose needs at least one (RFC 5280 4.2.1.12). */
const usagesOf: ReadonlyMap<string, readonly KeyUsage[]> = new Map<string, readonly KeyUsage[]>([
  [oids.serverAuth, ["digitalSignature", "keyEncipherment", "keyAgreement"]],
  [oids.clientAuth, ["digitalSignature", "keyAgreement"]],
  [oids.codeSigning, ["digitalSignature"]],
  [oids.emailProtection, ["digitalSignature", "nonRepudiation", "keyEncipherment", "keyAgreement"]],
  [oids.timeStamping, ["digitalSignature", "nonRepudiation"]],
  [oids.ocspSigning, ["digitalSignature", "nonRepudiation"]],
]);

/** @throws NAT_PATH_PURPOSE */
export function checkTargetPurpose(target: PathCertificate, { purpose, unnamedPurpose }: PurposeRequest): void {
  if (purpose === undefined) return;
  const { purposes, keyUsage } = target;
  const named = purposes?.includes(purpose) === true;
  if (!named && !(unnamedPurpose === "accept" && isForAny(purposes)))
    throw pathError("NAT_PATH_PURPOSE", `${target.label} is not for ${purpose}`);
  if (purposes !== undefined && keyUsage !== undefined && !fits(keyUsage, purpose))
    throw pathError("NAT_PATH_PURPOSE", `the key usage of ${target.label} does not fit ${purpose}`);
}

/** Where both extensions stand, the use must be consistent with both (4.2.1.12). */
function fits(keyUsage: ReadonlySet<KeyUsage>, purpose: string): boolean {
  return usagesOf.get(purpose)?.some((usage) => keyUsage.has(usage)) !== false;
}

/** @throws NAT_PATH_PURPOSE */
export function checkIssuerPurpose(issuer: PathCertificate, purpose: string | undefined): void {
  const { purposes } = issuer;
  if (purpose === undefined || isForAny(purposes) || purposes?.includes(purpose) === true) return;
  throw pathError("NAT_PATH_PURPOSE", `${issuer.label} does not issue for ${purpose}`);
}

function isForAny(purposes: readonly string[] | undefined): boolean {
  return purposes === undefined || purposes.includes(oids.anyExtendedKeyUsage);
}
