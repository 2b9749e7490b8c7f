// SPDX-License-Identifier: Apache-2.0
// A verdict in plain words: the path from the certificate to its anchor, or what refused it, by which rule of which
// section, and the certificate that this is about.

import { oids } from "natalis/formats";
import { describeError } from "../output.ts";
import { type Demands, nameText, purposeText } from "./demands.ts";
import type { Question, Verdict } from "./judge.ts";
import { type CertificateView, type FaultView, instantText, type Places, type StatusView, viewOf } from "./view.ts";

export function* describeVerdict(verdict: Verdict, question: Question, places: Places): Generator<string> {
  const { path, policies, status, certificate } = viewOf(verdict, places);
  if (!verdict.valid) {
    yield* describeError(verdict.error)
      .replace(/^error/, "refused")
      .split("\n");
    yield* describeFault(certificate);
    return;
  }
  yield `valid at ${instantText(question.at)}`;
  for (const [index, one] of path.entries()) yield* describeStep(one, index, path.length, status[index]);
  yield* describeDemands(question.demands);
  yield `policies: ${policies.map(policyText).join(", ") || "none"}`;
}

function* describeStep(
  certificate: CertificateView,
  index: number,
  length: number,
  status: StatusView | undefined,
): Generator<string> {
  const isAnchor = index === length - 1;
  yield `${isAnchor ? "anchor" : index}: ${subjectOf(certificate)}${fileOf(certificate)}`;
  yield `   issuer ${certificate.issuer || "(empty)"}`;
  yield `   serial ${certificate.serial}, key ${certificate.key}, from ${certificate.notBefore} to ${certificate.notAfter}`;
  if (!isAnchor) yield `   status: ${statusText(status)}`;
}

function* describeFault(fault: FaultView | null): Generator<string> {
  if (fault === null) return;
  const { subject, serial, index } = fault;
  const which = index === null ? "anchor" : index === 0 ? "certificate in question" : `certificate ${index}`;
  const named =
    subject === undefined || serial === undefined ? "unreadable" : `${subjectOf({ subject })}, serial ${serial}`;
  yield `at fault: ${which}, ${named}${fileOf(fault)}`;
}

function* describeDemands({ purpose, names, legacy }: Demands): Generator<string> {
  yield `purpose: ${purposeText(purpose)}`;
  if (names.length > 0) yield `names: ${names.map(nameText).join(", ")}`;
  if (legacy) yield "strength: legacy (SHA-1 and short RSA keys are taken)";
}

function subjectOf({ subject }: Pick<CertificateView, "subject">): string {
  return subject === "" ? "(no subject)" : subject;
}

function fileOf({ file, position }: FaultView | CertificateView): string {
  if (file === undefined || file === null) return "";
  return position === 1 ? ` (${file})` : ` (${file}, certificate ${position})`;
}

function policyText(oid: string): string {
  return oid === oids.anyPolicy ? "any" : oid;
}

function statusText(status: StatusView | undefined): string {
  if (status === undefined) return "not asked";
  const { state, source, asOf, causes = [] } = status;
  if (state === "unknown") return ["unknown", ...causes].join(": ");
  return `${state}, by ${source === "crl" ? "revocation list" : "OCSP response"} of ${asOf}`;
}
