// SPDX-License-Identifier: Apache-2.0
// What is asked of the certificates of a chain beside signatures. Makers of hardware depart from RFC 5280 in names and
// dates, so each format states its own rules; the usual ones are here.

import {
  type BasicConstraints,
  type Certificate,
  findExtension,
  oids,
  parseBasicConstraints,
  parseKeyUsage,
} from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";

export interface ChainRules {
  readonly format: string;
  /** Whether each certificate must name the one above it as its issuer; the signature decides in any case. */
  readonly areNamesChained: boolean;
  /** @throws NAT_EVIDENCE_CHAIN where the certificate is not to be used at that time; the root is not asked about */
  checkDates(certificate: Certificate, at: Date, chain: readonly Certificate[]): void;
  /**
   * @param below certificates between the leaf and this one
   * @param chain without the root
   * @throws NAT_EVIDENCE_CHAIN where it may not have issued the one below it; the root is not asked about
   */
  checkIssuer(issuer: Certificate, below: number, chain: readonly Certificate[]): void;
  /** Critical extensions that the format itself reads. */
  readonly understood: readonly string[];
}

/** Critical extensions that hold nothing back here: read below, or about what nobody asks of evidence. */
const harmless: readonly string[] = [
  oids.basicConstraints,
  oids.keyUsage,
  oids.extendedKeyUsage,
  oids.subjectAltName,
  oids.certificatePolicies,
  oids.crlDistributionPoints,
];

/** RFC 5280 6.1.3 (a)(2). @throws NAT_EVIDENCE_CHAIN */
export function requireValidity(certificate: Certificate, at: Date): void {
  requireBegun(certificate, at);
  const { notAfter } = certificate;
  if (!(at.getTime() < notAfter.getTime() + 1000)) throw chainError(certificate, `ended ${notAfter.toISOString()}`);
}

/** @throws NAT_EVIDENCE_CHAIN */
export function requireBegun(certificate: Certificate, at: Date): void {
  const { notBefore } = certificate;
  if (!(at.getTime() >= notBefore.getTime())) throw chainError(certificate, `begins ${notBefore.toISOString()}`);
}

/** RFC 5280 6.1.4 (k), (l), (n). @throws NAT_EVIDENCE_CHAIN and what is malformed in its extensions */
export function requireAuthority(issuer: Certificate, below: number): void {
  const constraints = basicConstraintsOf(issuer);
  if (constraints?.isAuthority !== true) throw chainError(issuer, "issued another and is no authority");
  if (constraints.pathLength !== undefined && below > constraints.pathLength)
    throw chainError(issuer, `allows ${constraints.pathLength} authorities below, not ${below}`);
  const usage = findExtension(issuer, oids.keyUsage);
  if (usage !== undefined && !parseKeyUsage(usage.value).has("keyCertSign"))
    throw chainError(issuer, "may not sign certificates");
}

export function basicConstraintsOf(certificate: Certificate): BasicConstraints | undefined {
  const extension = findExtension(certificate, oids.basicConstraints);
  return extension && parseBasicConstraints(extension.value);
}

/** RFC 5280 6.1.4 (o), 6.1.5 (f). @throws NAT_EVIDENCE_CHAIN */
export function requireUnderstood(certificate: Certificate, understood: readonly string[]): void {
  for (const { oid, critical } of certificate.extensions)
    if (critical && !harmless.includes(oid) && !understood.includes(oid))
      throw chainError(certificate, `has the critical extension ${oid}`);
}

export function chainError({ serialNumber }: Certificate, detail: string) {
  return evidenceError("NAT_EVIDENCE_CHAIN", `certificate ${toHex(serialNumber)} ${detail}`);
}
