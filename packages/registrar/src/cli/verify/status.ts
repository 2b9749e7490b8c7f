// SPDX-License-Identifier: Apache-2.0
// Revocation status: the lists and responses that came with a question, how much of them it asks for, and what they
// said. THE PLACE OF JOINING: the types below are those of contract D, to be imported once `natalis/path` has them.

import { type Certificate, type CertificateList, checkDer } from "natalis/formats";
import type { NatalisError } from "natalis/kernel";
import type { VerifiedPath } from "natalis/path";

// JOIN: replace by imports of natalis/formats (OcspResponse, parseOcspResponse) and natalis/path (the others).
export type OcspResponse = { readonly der: Uint8Array };
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  checkDer(der);
  return { der };
}
interface StatusRequest {
  readonly lists: readonly CertificateList[];
  readonly responses: readonly OcspResponse[];
  readonly policy: { readonly unknown: "refuse" | "accept"; readonly clockSkew: number };
}
export type CertificateStatus =
  | { readonly state: "good"; readonly source: "crl" | "ocsp"; readonly asOf: Date }
  | {
      readonly state: "revoked";
      readonly source: "crl" | "ocsp";
      readonly reason: number;
      readonly revokedAt: Date;
      readonly invalidityDate?: Date;
      readonly asOf: Date;
    }
  | { readonly state: "unknown"; readonly causes: readonly NatalisError[]; readonly presented: boolean };
// JOIN: end.

export const revocations = ["require", "ifPresent", "off"] as const;

/**
 * - require: every certificate of the path must be known to be good
 * - ifPresent: none may be revoked, and what speaks of one must be readable, authentic and current
 * - off: status is not asked
 */
export type Revocation = (typeof revocations)[number];

/** Read only where status is asked: what is wrong with them is an error of the verification then. */
export interface Evidence {
  /** @throws as `parseCertificateList`; the NAT_PEM_ errors */
  lists(): readonly CertificateList[];
  /** @throws as `parseOcspResponse` */
  responses(): readonly OcspResponse[];
}

export interface StatusFault {
  readonly error: NatalisError;
  readonly certificate: Certificate;
}

/** Seconds by which the clocks of whoever signs lists and responses may be ahead of ours. */
const clockSkew = 60;

/** The part of a PathRequest that is about status. @throws as the methods of `Evidence` */
export function statusFields(revocation: Revocation, evidence: Evidence): { readonly status?: StatusRequest } {
  if (revocation === "off") return {};
  const policy = { unknown: revocation === "require" ? "refuse" : "accept", clockSkew } as const;
  return { status: { lists: evidence.lists(), responses: evidence.responses(), policy } };
}

/** What was found of each certificate of the path but the anchor, in its order; none where status was not asked. */
export function statusesOf(path: VerifiedPath): readonly CertificateStatus[] {
  // JOIN: `path.statuses`, or wherever validatePath keeps them.
  return (path as { readonly statuses?: readonly CertificateStatus[] }).statuses ?? [];
}

/** Evidence that is there and cannot be believed: "ifPresent" does not take that for no evidence. */
export function unbelievedEvidence(path: VerifiedPath): StatusFault | undefined {
  for (const [index, status] of statusesOf(path).entries()) {
    const [error] = status.state === "unknown" && status.presented ? status.causes : [];
    if (error !== undefined) return { error, certificate: path.certificates[index] ?? path.certificates[0] };
  }
  return undefined;
}
