// SPDX-License-Identifier: Apache-2.0
// Path building (RFC 4158): from the certificate in question upwards, depth first, through a bag of certificates in
// any order, to the trust anchors. It only proposes: nothing is verified here, so everything but the chaining of
// names (RFC 5280 6.1.3 a 4) is a hint. Names are compared as bytes, stricter than 7.1: our authorities copy them.

import type { Certificate } from "../formats/index.ts";
import { equalBytes } from "../kernel/index.ts";
import type { PathBudget } from "./budget.ts";
import { type PathCertificate, readPathCertificate } from "./path-certificate.ts";

/** A proposed path: the certificate in question first, a trust anchor last. */
export type ProposedPath = readonly [PathCertificate, ...PathCertificate[], PathCertificate];

/** Proposes paths, each step trying the anchors before the bag. @throws NAT_PATH_BUDGET */
export function proposePaths(
  target: PathCertificate,
  intermediates: readonly Certificate[],
  anchors: readonly Certificate[],
  budget: PathBudget,
): Generator<ProposedPath, void> {
  return extend([target], { anchors: bagOf(anchors), intermediates: bagOf(intermediates), budget });
}

/** Certificates to choose from; each is read when it is first chosen, and once. */
type Bag = readonly { readonly certificate: Certificate; readonly read: () => PathCertificate }[];

interface Search {
  readonly anchors: Bag;
  readonly intermediates: Bag;
  readonly budget: PathBudget;
}

function bagOf(certificates: readonly Certificate[]): Bag {
  return certificates.map((certificate) => {
    let facts: PathCertificate | undefined;
    return { certificate, read: () => (facts ??= readPathCertificate(certificate)) };
  });
}

function* extend(
  path: readonly [PathCertificate, ...PathCertificate[]],
  search: Search,
): Generator<ProposedPath, void> {
  if (!search.budget.allowsDepth(path.length + 1)) return;
  for (const anchor of issuersOf(path, search.anchors, search.budget)) yield [...path, anchor];
  for (const issuer of issuersOf(path, search.intermediates, search.budget)) yield* extend([...path, issuer], search);
}

/** Who in the bag may have issued the last certificate of the path, the likeliest first. */
function issuersOf(path: readonly PathCertificate[], bag: Bag, budget: PathBudget): PathCertificate[] {
  const child = path.at(-1) as PathCertificate;
  const found: PathCertificate[] = [];
  for (const { certificate, read } of bag) {
    budget.spend("nameComparisons");
    if (!equalBytes(certificate.subject.der, child.certificate.issuer.der)) continue;
    budget.spend("paths");
    if (!path.some((known) => isSameEntity(known.certificate, certificate))) found.push(read());
  }
  return found.toSorted((a, b) => unlikeliness(a, child) - unlikeliness(b, child));
}

// No path gains by passing the same name with the same key twice, and loops of cross-signed authorities do just that.
function isSameEntity(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.subject.der, b.subject.der) && equalBytes(a.publicKey, b.publicKey);
}

// Key identifiers guide the search and prove nothing (RFC 5280 4.2.1.1): the signature decides.
function unlikeliness(issuer: PathCertificate, child: PathCertificate): number {
  const wanted = child.authorityKeyIdentifier;
  const own = issuer.subjectKeyIdentifier;
  if (wanted === undefined || own === undefined) return 1;
  return equalBytes(wanted, own) ? 0 : 2;
}
