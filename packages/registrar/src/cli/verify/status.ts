// SPDX-License-Identifier: Apache-2.0
// Revocation status: the lists and responses that came with a question, and how much of them it asks for.

import type { CertificateList, OcspResponse } from "natalis/formats";
import type { RevocationPolicy, StatusRequest } from "natalis/path";

/**
 * - require: every certificate of the path must be known to be good
 * - ifPresent: none may be revoked, and what speaks of one must be readable, authentic and current
 * - off: status is not asked
 */
export const revocations = ["require", "ifPresent", "off"] as const;

export type Revocation = (typeof revocations)[number];

/** Read only where status is asked: what is wrong with them is an error of the verification then. */
export interface Evidence {
  /** @throws as `parseCertificateList`; the NAT_PEM_ errors */
  lists(): readonly CertificateList[];
  /** @throws as `parseOcspResponse` */
  responses(): readonly OcspResponse[];
}

const unknown: Readonly<Record<Exclude<Revocation, "off">, RevocationPolicy["unknown"]>> = {
  require: "refuse",
  ifPresent: "acceptAbsent",
};

/** How current evidence has to be, in seconds; absent: 60 of clock skew, and as old as its next update lets it be. */
export type Currency = Partial<Pick<RevocationPolicy, "clockSkew" | "maxAge">>;

const usualClockSkew = 60;

/** The part of a PathRequest that is about status. @throws as the methods of `Evidence` */
export function statusFields(
  revocation: Revocation,
  evidence: Evidence,
  { clockSkew = usualClockSkew, maxAge }: Currency = {},
): { readonly status?: StatusRequest } {
  if (revocation === "off") return {};
  const policy = { unknown: unknown[revocation], clockSkew, maxAge };
  return { status: { lists: evidence.lists(), responses: evidence.responses(), policy } };
}
