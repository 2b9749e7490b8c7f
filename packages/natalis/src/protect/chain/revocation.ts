// SPDX-License-Identifier: Apache-2.0
// Revocation lists that are known, asked about every certificate of a chain. A list that nobody gave revokes nothing:
// which lists there must be is for whoever gathers them; one that was given and cannot be used refuses.

import type { Certificate } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { certificateStatus, defaultPathLimits, PathBudget, requireStatus } from "../../path/index.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceContext } from "../evidence.ts";
import { chainError } from "./chain-rules.ts";

const policy = { unknown: "acceptAbsent", clockSkew: 300 } as const;

/** @param certificates the chain with its root. @throws NAT_EVIDENCE_REVOKED, NAT_PATH_BUDGET */
export async function refuseRevoked(
  certificates: readonly Certificate[],
  { lists = [], at, verifier }: EvidenceContext,
): Promise<void> {
  if (lists.length === 0) return;
  const budget = new PathBudget(defaultPathLimits);
  const evidence = { lists, responses: [], policy };
  const shared = { evidence, candidates: certificates, at, verifier, budget, validateSigner: refuseOtherSigner };
  for (const [i, issuer] of certificates.slice(1).entries()) {
    const status = await certificateStatus({ certificate: certificates[i] as Certificate, issuer, ...shared });
    try {
      requireStatus(status, policy);
    } catch (error) {
      if (!isNatalisError(error)) throw error;
      throw evidenceError("NAT_EVIDENCE_REVOKED", error.detail, error);
    }
  }
}

/** Chains of hardware have no authorities for lists beside their issuers. */
async function refuseOtherSigner(signer: Certificate): Promise<void> {
  throw chainError(signer, "is no issuer of the chain and signed a revocation list");
}
