// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (f) and (g): who signed a list. It is the certificate's issuer, under the very key that the verified
// path holds, or another certificate of the list issuer's name whose path holds too; its key may sign lists.

import {
  type Certificate,
  findExtension,
  oids,
  parseKeyUsage,
  parseSubjectKeyIdentifier,
  sameName,
} from "../../formats/index.ts";
import { equalBytes, type NatalisError, toHex } from "../../kernel/index.ts";
import { costOfSearch } from "../budget.ts";
import { crlError } from "../errors.ts";
import { paidSignatureFault } from "../paid-signature.ts";
import type { StatusQuestion } from "../status/question.ts";
import { ranked } from "../status/rank.ts";
import { refusalOf } from "../status/refusal.ts";
import type { ListFacts } from "./list-facts.ts";
import type { ListScope } from "./scope.ts";

/**
 * The certificate whose key signed the list.
 * @throws NAT_CRL_ISSUER, NAT_CRL_KEY_USAGE, NAT_CRL_ALGORITHM, NAT_CRL_WEAK, NAT_CRL_SIGNATURE, NAT_CRL_SIGNER,
 * NAT_PATH_BUDGET
 */
export async function findListSigner(
  facts: ListFacts,
  scope: ListScope,
  question: StatusQuestion,
): Promise<Certificate> {
  const causes: NatalisError[] = [];
  for (const { signer, unlikeliness } of possibleSigners(facts, question)) {
    try {
      await checkSigner(signer, facts, scope, question);
      return signer;
    } catch (error) {
      const cause = refusalOf(error);
      const isWrongKey = cause.code === "NAT_CRL_SIGNATURE" && unlikeliness === wrongKey;
      causes.push(isWrongKey ? ofAnotherKey(cause) : cause);
    }
  }
  throw ranked(causes)[0] ?? crlError("NAT_CRL_ISSUER", "none of the list issuer's name");
}

interface PossibleSigner {
  readonly signer: Certificate;
  readonly unlikeliness: number;
}

/** Those of the list issuer's name, the likeliest first. Key identifiers only guide: the signature decides. */
function possibleSigners(facts: ListFacts, { issuer, candidates, budget }: StatusQuestion): PossibleSigner[] {
  budget.spend("names", costOfSearch(facts.list.issuer, candidates.length));
  const named = [issuer, ...candidates].filter(({ subject }) => sameName(subject, facts.list.issuer));
  budget.spend("paths", named.length);
  return named
    .filter((signer) => signer === issuer || !equalBytes(signer.der, issuer.der))
    .map((signer) => ({ signer, unlikeliness: unlikelinessOf(signer, facts) }))
    .toSorted((a, b) => a.unlikeliness - b.unlikeliness);
}

const wrongKey = 2;

function unlikelinessOf(signer: Certificate, { keyIdentifier }: ListFacts): number {
  const own = keyIdentifierOf(signer);
  if (keyIdentifier === undefined || own === undefined) return 1;
  return equalBytes(keyIdentifier, own) ? 0 : wrongKey;
}

/** A stranger's malformed one guides to nobody. */
function keyIdentifierOf(signer: Certificate): Uint8Array | undefined {
  const extension = findExtension(signer, oids.subjectKeyIdentifier);
  try {
    return extension && parseSubjectKeyIdentifier(extension.value);
  } catch (error) {
    refusalOf(error);
    return undefined;
  }
}

async function checkSigner(
  signer: Certificate,
  { list }: ListFacts,
  scope: ListScope,
  question: StatusQuestion,
): Promise<void> {
  const usage = findExtension(signer, oids.keyUsage);
  if (usage !== undefined && !parseKeyUsage(usage.value).has("cRLSign"))
    throw crlError("NAT_CRL_KEY_USAGE", "its key usage lacks cRLSign");
  const fault = await paidSignatureFault(list, signer, question);
  if (fault !== undefined) throw crlError(faultCodes[fault], `list of ${list.thisUpdate.toISOString()}`);
  if (!equalBytes(signer.der, question.issuer.der)) await checkOtherSigner(signer, scope, question);
}

const faultCodes = { algorithm: "NAT_CRL_ALGORITHM", weak: "NAT_CRL_WEAK", signature: "NAT_CRL_SIGNATURE" } as const;

/**
 * A list that is signed by the very key that is in question vouches for itself. That is the issuer's will where its
 * distribution point names that key's owner (PKITS 4.14.30), and nobody's will elsewhere.
 */
async function checkOtherSigner(
  signer: Certificate,
  { delegated }: ListScope,
  { certificate, validateSigner }: StatusQuestion,
): Promise<void> {
  if (equalBytes(signer.publicKey, certificate.publicKey)) {
    if (delegated && equalBytes(signer.der, certificate.der)) return;
    throw crlError("NAT_CRL_ISSUER", "it is signed by the key in question");
  }
  try {
    await validateSigner(signer, true);
  } catch (error) {
    throw crlError("NAT_CRL_SIGNER", `certificate ${toHex(signer.serialNumber)}`, refusalOf(error));
  }
}

function ofAnotherKey(cause: NatalisError): NatalisError {
  return crlError("NAT_CRL_ISSUER", "by another key of the same name", cause);
}
