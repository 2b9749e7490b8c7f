// SPDX-License-Identifier: Apache-2.0
// Status from revocation lists: each list is asked about every certificate of the path that it speaks of, the
// authorities' too. Lists of other issuers or partitions are passed over; a list that is not authentic refuses.

import { crlReasons, parseCertificateList } from "../formats/index.ts";
import { isNatalisError, type SignatureVerifier } from "../kernel/index.ts";
import { type CrlStatus, checkCertificateList, isListFor, type VerifiedPath } from "../path/index.ts";
import type { Finding } from "./finding.ts";

export interface CrlFindingsInput {
  /** DER. */
  readonly crls: readonly Uint8Array[];
  readonly path: VerifiedPath;
  readonly at: Date;
  readonly verifier: SignatureVerifier;
}

/** @throws NAT_CRL_ codes but that of age; the errors of malformed lists */
export async function findInCrls({ crls, path, at, verifier }: CrlFindingsInput): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const der of crls) {
    const list = parseCertificateList(der);
    for (const [i, certificate] of path.certificates.entries()) {
      const issuer = path.certificates[i + 1];
      if (issuer === undefined || !isListFor(list, certificate)) continue;
      const status = await current(checkCertificateList({ list, certificate, issuer, at, verifier }));
      if (status !== undefined) findings.push(findingOf(status, i === 0 ? "device" : "authority"));
    }
  }
  return findings;
}

/** A list that is not of this time says nothing of a certificate that it does not finally revoke. */
async function current(checking: Promise<CrlStatus>): Promise<CrlStatus | undefined> {
  try {
    return await checking;
  } catch (error) {
    if (isNatalisError(error, "NAT_CRL_NOT_CURRENT")) return undefined;
    throw error;
  }
}

function findingOf(status: CrlStatus, about: Finding["about"]): Finding {
  const source = { kind: "crl", about, asOf: status.asOf, fresh: true } as const;
  if (status.state === "good") return { ...source, state: "active" };
  const { reason, revokedAt: since, invalidityDate } = status;
  const state = reason === crlReasons.certificateHold ? "suspended" : "revoked";
  return { ...source, state, since, reason, ...(invalidityDate === undefined ? {} : { invalidityDate }) };
}
