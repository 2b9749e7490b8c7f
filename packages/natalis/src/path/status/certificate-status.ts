// SPDX-License-Identifier: Apache-2.0
// The status of one certificate (RFC 5280 6.3, RFC 6960) by all evidence given: any authentic revocation wins over
// everything that says good, and what is authentic, current and complete says good; what is left is unknown.

import { crlReasons } from "../../formats/index.ts";
import type { NatalisError } from "../../kernel/index.ts";
import { askLists } from "../crl/ask-lists.ts";
import { askResponses } from "../ocsp/ask-responses.ts";
import { statusError } from "./errors.ts";
import type { StatusQuestion } from "./question.ts";
import { ranked } from "./rank.ts";
import { type Good, type Revoked, Testimony } from "./testimony.ts";

export type CertificateStatus =
  | Good
  | Revoked
  | {
      readonly state: "unknown";
      /** Why nothing of the evidence tells, the most specific cause first; at least one. */
      readonly causes: readonly NatalisError[];
      /** Whether any evidence claimed to speak of the certificate: then it is there, and of no use. */
      readonly presented: boolean;
    };

/**
 * What authentic evidence says of a certificate of a verified path. A final revocation holds whatever the age of the
 * evidence; that a certificate is good or on hold needs what is current.
 * @throws NAT_PATH_BUDGET
 */
export async function certificateStatus(question: StatusQuestion): Promise<CertificateStatus> {
  const testimony = new Testimony();
  await askLists(question, testimony);
  await askResponses(question, testimony);
  return gravest(testimony.revoked) ?? newest(testimony.good) ?? unknown(testimony);
}

/** What is final before a hold; of several, the one that reaches back furthest. */
function gravest(revoked: readonly Revoked[]): Revoked | undefined {
  const final = revoked.filter(({ reason }) => reason !== crlReasons.certificateHold);
  const [first] = (final.length > 0 ? final : revoked).toSorted(
    (a, b) => a.revokedAt.getTime() - b.revokedAt.getTime(),
  );
  return first;
}

function newest(good: readonly Good[]): Good | undefined {
  const [first] = good.toSorted((a, b) => b.asOf.getTime() - a.asOf.getTime());
  return first;
}

function unknown({ causes, presented }: Testimony): CertificateStatus {
  const absent = statusError("NAT_STATUS_ABSENT", "nothing was said of it");
  return { state: "unknown", causes: causes.length === 0 ? [absent] : ranked(causes), presented };
}
