// SPDX-License-Identifier: Apache-2.0
// A chain in its order, leaf first, held together by signatures and ended by a configured root. Paths are not searched
// for: hardware gives its chain as it was made, and `natalis/path` builds those that RFC 5280 describes.

import { type Certificate, readKeyFacts, sameName, signatureSchemeFor } from "../../formats/index.ts";
import { equalBytes, type SignatureScheme } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceContext, EvidenceRoot } from "../evidence.ts";
import { isOfEvidence, refusedAs } from "../refusal.ts";
import { rootOfKey, rootsFor } from "../roots.ts";
import { type ChainRules, chainError, requireUnderstood } from "./chain-rules.ts";
import { refuseRevoked } from "./revocation.ts";

/** The root that it ends in. @throws NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_REVOKED */
export async function verifyChain(
  chain: readonly Certificate[],
  rules: ChainRules,
  context: EvidenceContext,
): Promise<EvidenceRoot> {
  try {
    return await verify(chain, rules, context);
  } catch (error) {
    throw refusedAs("NAT_EVIDENCE_CHAIN", "a certificate is malformed", error);
  }
}

async function verify(given: readonly Certificate[], rules: ChainRules, context: EvidenceContext) {
  const roots = rootsFor(context, rules.format);
  const [leaf] = given;
  if (leaf === undefined) throw evidenceError("NAT_EVIDENCE_CHAIN", "no certificate");
  const itself = roots.find(({ certificate }) => equalBytes(certificate.der, leaf.der));
  if (itself !== undefined) return itself;
  // A root that came along, and whatever stands above it, is replaced by the configured one.
  const end = given.findIndex(({ publicKey }, i) => i > 0 && rootOfKey(roots, publicKey) !== undefined);
  const chain = end < 0 ? given : given.slice(0, end);
  checkRules(chain, rules, context.at);
  const root = await rootAbove(chain.at(-1) as Certificate, roots, rules, context);
  const issuers = [...chain.slice(1), root.certificate];
  for (const [i, certificate] of chain.slice(0, -1).entries())
    await requireIssued(certificate, issuers[i] as Certificate, rules, context);
  await refuseRevoked([...chain, root.certificate], context);
  return root;
}

function checkRules(chain: readonly Certificate[], rules: ChainRules, at: Date): void {
  for (const [i, certificate] of chain.entries()) {
    rules.checkDates(certificate, at, chain);
    requireUnderstood(certificate, rules.understood);
    if (i > 0) rules.checkIssuer(certificate, i - 1, chain);
  }
}

/** The root that signed it. @throws NAT_EVIDENCE_ROOT */
async function rootAbove(
  certificate: Certificate,
  roots: readonly EvidenceRoot[],
  { areNamesChained }: ChainRules,
  context: EvidenceContext,
): Promise<EvidenceRoot> {
  const isNamed = (root: EvidenceRoot) => sameName(certificate.issuer, root.certificate.subject);
  const named = roots.filter(isNamed);
  const others = areNamesChained ? [] : roots.filter((root) => !isNamed(root));
  for (const root of [...named, ...others]) if (await isIssuedBy(certificate, root.certificate, context)) return root;
  if (named.length > 0) throw chainError(certificate, "is not signed by the root that it names");
  throw evidenceError("NAT_EVIDENCE_ROOT", "no root that is known issued the last certificate");
}

async function requireIssued(
  certificate: Certificate,
  issuer: Certificate,
  { areNamesChained }: ChainRules,
  context: EvidenceContext,
): Promise<void> {
  if (areNamesChained && !sameName(certificate.issuer, issuer.subject))
    throw chainError(certificate, "names another issuer than the one above it");
  if (!(await isIssuedBy(certificate, issuer, context)))
    throw chainError(certificate, "is not signed by the one above");
}

/** What is signed with an algorithm or by a key that is not known here is signed by nobody. */
async function isIssuedBy(certificate: Certificate, { publicKey }: Certificate, { verifier }: EvidenceContext) {
  const { tbs, signature } = certificate;
  const scheme = strongScheme(certificate, publicKey);
  return scheme !== undefined && (await verifier.verify(scheme, publicKey, tbs, signature));
}

/** SHA-1 and short keys count for nothing; ECDSA's identifier with NULL does, since genuine hardware writes it. */
function strongScheme({ signatureIdentifier }: Certificate, publicKey: Uint8Array): SignatureScheme | undefined {
  try {
    const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
    return scheme?.digest === "SHA-1" || readKeyFacts(publicKey).weak ? undefined : scheme;
  } catch (error) {
    if (isOfEvidence(error)) return undefined;
    throw error;
  }
}
