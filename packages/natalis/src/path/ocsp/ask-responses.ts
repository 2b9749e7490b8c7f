// SPDX-License-Identifier: Apache-2.0
// What OCSP responses say of a certificate (RFC 6960 3.2): those whose CertID is that of the certificate and its issuer,
// signed by whom the issuer lets, and in their time.

import {
  crlReasons,
  type Extension,
  isIdOf,
  type OcspResponse,
  oids,
  type SingleResponse,
} from "../../formats/index.ts";
import { currencyFault } from "../status/currency.ts";
import type { StatusQuestion } from "../status/question.ts";
import type { Testimony } from "../status/testimony.ts";
import { ocspError } from "./errors.ts";
import { checkResponder } from "./responder.ts";

const processedInResponse: ReadonlySet<string> = new Set([oids.ocspNonce, oids.ocspExtendedRevoke]);

const processedInAnswers: ReadonlySet<string> = new Set([
  oids.ocspArchiveCutoff,
  oids.ocspCrl,
  oids.reasonCode,
  oids.invalidityDate,
]);

/** @throws NAT_PATH_BUDGET */
export async function askResponses(question: StatusQuestion, testimony: Testimony): Promise<void> {
  const isOurs = isIdOf(question.certificate, question.issuer);
  for (const response of question.evidence.responses) {
    try {
      await hear(response, isOurs, question, testimony);
    } catch (error) {
      testimony.refuse(error);
    }
  }
}

async function hear(
  response: OcspResponse,
  isOurs: ReturnType<typeof isIdOf>,
  question: StatusQuestion,
  testimony: Testimony,
): Promise<void> {
  question.budget.spend("names", response.responses.length);
  const answers = response.responses.filter(({ id }) => isOurs(id));
  if (answers.length === 0) throw ocspError("NAT_OCSP_CERTIFICATE", `${response.responses.length} others`);
  testimony.presented = true;
  requireProcessed(response.extensions, processedInResponse);
  await checkResponder(response, question);
  for (const answer of answers) {
    try {
      conclude(answer, question, testimony);
    } catch (error) {
      testimony.refuse(error);
    }
  }
}

/** RFC 6960 4.4: a critical extension that is not understood makes the answer useless. */
function requireProcessed(extensions: readonly Extension[], processed: ReadonlySet<string>): void {
  for (const { oid, critical } of extensions)
    if (critical && !processed.has(oid)) throw ocspError("NAT_OCSP_EXTENSION", `critical ${oid}`);
}

function conclude(answer: SingleResponse, { at, evidence }: StatusQuestion, testimony: Testimony): void {
  requireProcessed(answer.extensions, processedInAnswers);
  const { status, thisUpdate: asOf, invalidityDate } = answer;
  if (status.state === "unknown") throw ocspError("NAT_OCSP_UNKNOWN", `as of ${asOf.toISOString()}`);
  const reason = status.state === "revoked" ? (status.reason ?? crlReasons.unspecified) : undefined;
  const isFinal = reason !== undefined && reason !== crlReasons.certificateHold;
  const fault = isFinal ? undefined : currencyFault(answer, at, evidence.policy);
  if (fault !== undefined) throw ocspError("NAT_OCSP_NOT_CURRENT", fault);
  if (status.state === "good") testimony.good.push({ state: "good", source: "ocsp", asOf });
  else
    testimony.revoked.push({
      state: "revoked",
      source: "ocsp",
      reason: status.reason ?? crlReasons.unspecified,
      revokedAt: status.revokedAt,
      ...(invalidityDate === undefined ? {} : { invalidityDate }),
      asOf,
    });
}
