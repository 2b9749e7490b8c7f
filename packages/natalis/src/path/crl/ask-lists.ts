// SPDX-License-Identifier: Apache-2.0
// What revocation lists say of a certificate (RFC 5280 section 6.3.3): complete lists, partitioned, indirect and for
// some reasons too, brought up to date by delta lists. Only lists that were given are asked; none is fetched.

import { type CertificateList, type RevocationReason, revocationReasons } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { crlError } from "../errors.ts";
import { currencyFault } from "../status/currency.ts";
import type { StatusQuestion } from "../status/question.ts";
import type { Testimony } from "../status/testimony.ts";
import { goesWith, isDelta, newestDelta } from "./delta.ts";
import { checkListExtensions, requireDefinite } from "./extensions.ts";
import { readListFacts } from "./list-facts.ts";
import { scopeOf } from "./scope.ts";
import { findListSigner } from "./signer.ts";
import { entryOf, isFinal, isHold, revokedBy, type Statement } from "./statement.ts";
import { mayBeListedBy, readSubject, type Subject } from "./subject.ts";

/** A list, or a list and its delta, that does not revoke the certificate for these reasons. */
interface Clearance {
  readonly reasons: ReadonlySet<RevocationReason>;
  readonly asOf: Date;
}

/** @throws NAT_PATH_BUDGET */
export async function askLists(question: StatusQuestion, testimony: Testimony): Promise<void> {
  if (question.evidence.lists.length === 0) return;
  question.budget.spend("names", question.evidence.lists.length);
  const statements: Statement[] = [];
  try {
    const subject = readSubject(question.certificate);
    for (const list of question.evidence.lists) {
      const statement = await hear(list, subject, question, testimony);
      if (statement !== undefined) statements.push(statement);
    }
  } catch (error) {
    testimony.refuse(error);
    testimony.presented = true;
  }
  conclude(statements, question, testimony);
}

/** What an authentic list says; undefined for lists that say nothing of the certificate, or may not be believed. */
async function hear(
  list: CertificateList,
  subject: Subject,
  question: StatusQuestion,
  testimony: Testimony,
): Promise<Statement | undefined> {
  if (!mayBeListedBy(subject, list.issuer)) return undefined;
  try {
    const facts = readListFacts(list);
    const scope = scopeOf(facts, subject);
    testimony.presented = true;
    checkListExtensions(facts);
    const signer = await findListSigner(facts, scope, question);
    return { ...facts, ...scope, signer, entry: entryOf(list, question.certificate) };
  } catch (error) {
    testimony.refuse(error);
    if (!isNatalisError(error, "NAT_CRL_SCOPE")) testimony.presented = true;
    return undefined;
  }
}

function conclude(statements: readonly Statement[], question: StatusQuestion, testimony: Testimony): void {
  const deltas = statements.filter(isDelta);
  const complete = statements.filter((statement) => !isDelta(statement));
  const current = deltas.filter((delta) => isCurrent(delta, question, testimony));
  for (const { entry, list } of statements)
    if (isFinal(entry)) testimony.revoked.push(revokedBy(entry, list.thisUpdate));
  for (const { entry, list } of current) if (isHold(entry)) testimony.revoked.push(revokedBy(entry, list.thisUpdate));
  for (const delta of deltas)
    if (!complete.some((statement) => goesWith(delta, statement)))
      testimony.refuse(crlError("NAT_CRL_DELTA", `the delta of ${delta.list.thisUpdate.toISOString()}`));
  const clearances = complete.flatMap((statement) => clear(statement, current, question, testimony));
  clearAltogether(clearances, testimony);
}

/** 6.3.3 (i) to (k): the delta speaks first, and where it says nothing, the complete list. */
function clear(
  complete: Statement,
  deltas: readonly Statement[],
  question: StatusQuestion,
  testimony: Testimony,
): Clearance[] {
  const delta = newestDelta(complete, deltas);
  if (isFinal(complete.entry) || (delta === undefined && !isCurrent(complete, question, testimony))) return [];
  const { thisUpdate: asOf } = (delta ?? complete).list;
  const entry = delta?.entry ?? complete.entry;
  if (isFinal(entry)) return [];
  if (isHold(entry)) testimony.revoked.push(revokedBy(entry, asOf));
  if (isHold(entry) || !isDefinite(complete, testimony)) return [];
  return delta !== undefined && !isDefinite(delta, testimony) ? [] : [{ reasons: complete.reasons, asOf }];
}

function isCurrent({ list }: Statement, { at, evidence }: StatusQuestion, testimony: Testimony): boolean {
  const fault = currencyFault(list, at, evidence.policy);
  if (fault !== undefined) testimony.refuse(crlError("NAT_CRL_NOT_CURRENT", fault));
  return fault === undefined;
}

function isDefinite({ list }: Statement, testimony: Testimony): boolean {
  try {
    requireDefinite(list);
    return true;
  } catch (error) {
    testimony.refuse(error);
    return false;
  }
}

/** 6.3.3 (l): good is what lists for all reasons leave out, together, as of the oldest of those that are needed. */
function clearAltogether(clearances: readonly Clearance[], testimony: Testimony): void {
  const covered = new Set<RevocationReason>();
  for (const { reasons, asOf } of clearances.toSorted((a, b) => b.asOf.getTime() - a.asOf.getTime())) {
    for (const reason of reasons) covered.add(reason);
    if (covered.size < revocationReasons.length) continue;
    testimony.good.push({ state: "good", source: "crl", asOf });
    return;
  }
  const missing = revocationReasons.filter((reason) => !covered.has(reason));
  if (clearances.length > 0) testimony.refuse(crlError("NAT_CRL_REASONS", `not for ${missing.join(", ")}`));
}
