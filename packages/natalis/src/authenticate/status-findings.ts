// SPDX-License-Identifier: Apache-2.0
// Status from revocation lists and OCSP responses: they are asked about every certificate of the path, the
// authorities' too. What speaks of others, or of another time, is passed over; where nothing else tells, evidence
// that is not authentic refuses.

import { type Certificate, crlReasons, parseCertificateList, parseOcspResponse } from "../formats/index.ts";
import type { SignatureVerifier } from "../kernel/index.ts";
import {
  type CertificateStatus,
  defaultPathLimits,
  PathBudget,
  pathStatus,
  type StatusRequest,
  validatePath,
  type VerifiedPath,
} from "../path/index.ts";
import type { Finding } from "./finding.ts";

export interface StatusFindingsInput {
  /** DER. */
  readonly crls: readonly Uint8Array[];
  /** DER. */
  readonly ocsp: readonly Uint8Array[];
  readonly path: VerifiedPath;
  /** Certificates that may have signed evidence, or stand between such a signer and the root. */
  readonly intermediates: readonly Certificate[];
  readonly at: Date;
  readonly verifier: SignatureVerifier;
}

/** How far the clocks of the verifier and of whoever signs evidence may be apart. */
export const clockToleranceSeconds = 60;

/** @throws NAT_CRL_ and NAT_OCSP_ codes of evidence that is not authentic; the errors of what is malformed */
export async function findInEvidence(input: StatusFindingsInput): Promise<readonly Finding[]> {
  const { crls, ocsp } = input;
  if (crls.length + ocsp.length === 0) return [];
  const evidence: StatusRequest = {
    lists: crls.map((der) => parseCertificateList(der)),
    responses: ocsp.map((der) => parseOcspResponse(der)),
    policy: { unknown: "refuse", clockSkew: clockToleranceSeconds },
  };
  const statuses = await statusesOf(input, evidence);
  return statuses.flatMap((status, i) => findingOf(status, i === 0 ? "device" : "authority"));
}

function statusesOf(
  { path, intermediates, at, verifier }: StatusFindingsInput,
  evidence: StatusRequest,
): Promise<readonly CertificateStatus[]> {
  const anchors = path.certificates.slice(-1);
  return pathStatus({
    certificates: path.certificates,
    evidence,
    candidates: intermediates,
    at,
    verifier,
    budget: new PathBudget(defaultPathLimits),
    findPath: async (certificate) =>
      (await validatePath({ certificate, intermediates, anchors, at, verifier })).certificates,
  });
}

function findingOf(status: CertificateStatus, about: Finding["about"]): Finding[] {
  if (status.state === "unknown") {
    for (const cause of status.causes) if (!saysNothing.has(cause.code)) throw cause;
    return [];
  }
  const source = { kind: status.source, about, asOf: status.asOf, fresh: true } as const;
  if (status.state === "good") return [{ ...source, state: "active" }];
  const { reason, revokedAt: since, invalidityDate } = status;
  const state = reason === crlReasons.certificateHold ? "suspended" : "revoked";
  return [{ ...source, state, since, reason, ...(invalidityDate === undefined ? {} : { invalidityDate }) }];
}

/** Why evidence tells nothing of a certificate although nothing is wrong with it. */
const saysNothing: ReadonlySet<string> = new Set([
  "NAT_CRL_DELTA",
  "NAT_CRL_NOT_CURRENT",
  "NAT_CRL_REASONS",
  "NAT_CRL_SCOPE",
  "NAT_OCSP_CERTIFICATE",
  "NAT_OCSP_NOT_CURRENT",
  "NAT_OCSP_UNKNOWN",
  "NAT_STATUS_ABSENT",
]);
