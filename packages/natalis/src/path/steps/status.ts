// SPDX-License-Identifier: Apache-2.0
// The status of every certificate of a path whose signatures hold (RFC 5280 6.1.3 a 3). Whoever signed the evidence, if
// none of the path, has a path of its own to the same anchor.

import type { Certificate } from "../../formats/index.ts";
import type { PathBudget } from "../budget.ts";
import type { ProposedPath } from "../build-paths.ts";
import { blaming } from "../fault.ts";
import type { CertificateStatus } from "../status/certificate-status.ts";
import { pathStatus, requireStatus } from "../status/path-status.ts";
import type { StatusRequest } from "../status/question.ts";
import type { PathRequest } from "../validate-path.ts";

/** Finds the path of one who signed evidence. @throws where there is none */
export type FindSignerPath = (signer: Certificate) => Promise<readonly Certificate[]>;

/** In the order of the path, the anchor left out. @throws NAT_STATUS_REVOKED, NAT_STATUS_UNKNOWN, NAT_PATH_BUDGET */
export async function checkStatus(
  path: ProposedPath,
  { intermediates, at, verifier, strength }: PathRequest,
  evidence: StatusRequest,
  budget: PathBudget,
  findPath: FindSignerPath,
): Promise<readonly CertificateStatus[]> {
  const certificates = [...path.certificates.map(({ certificate }) => certificate), path.anchor.certificate];
  const parties = { certificates, candidates: intermediates, findPath };
  const statuses = await pathStatus({ ...parties, evidence, at, verifier, strength, budget });
  for (const [i, status] of statuses.entries())
    blaming(certificates[i] as Certificate, () => requireStatus(status, evidence.policy));
  return statuses;
}
