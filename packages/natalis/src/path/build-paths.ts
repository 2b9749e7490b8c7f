// SPDX-License-Identifier: Apache-2.0
// Path building (RFC 4158): from the certificate in question upwards, depth first, through a bag of certificates in
// any order, to the trust anchors. It only proposes: nothing is verified here, so everything but the chaining of
// names (RFC 5280 6.1.3 a 4) is a hint.

import { type Certificate, type Name, sameName } from "../formats/index.ts";
import { equalBytes } from "../kernel/index.ts";
import { costOfSearch, type PathBudget, piecesOf } from "./budget.ts";
import { PathCertificate } from "./path-certificate.ts";
import type { StationRule } from "./steps/station.ts";
import { certificateOf, type TrustAnchor } from "./trust-anchor.ts";

/** A proposed path: the certificates from the one in question upwards, and the anchor that issued the last of them. */
export interface ProposedPath {
  readonly certificates: readonly [PathCertificate, ...PathCertificate[]];
  readonly anchor: Candidate;
}

/** Whether the path is that of an anchor's own certificate: it issues nothing and is signed by nobody that counts. */
export function isAnchorItself({ certificates, anchor }: ProposedPath): boolean {
  const [target, ...others] = certificates;
  return others.length === 0 && equalBytes(target.certificate.der, anchor.certificate.der);
}

/** A certificate to choose; it is read when it is first chosen, and once. */
export interface Candidate {
  readonly given: TrustAnchor;
  readonly certificate: Certificate;
  readonly read: () => PathCertificate;
}

/** What paths are built from. */
export interface PathMaterial {
  readonly intermediates: readonly Certificate[];
  readonly anchors: readonly TrustAnchor[];
  readonly maxIntermediates?: number | undefined;
  readonly stations?: StationRule | undefined;
}

/** Proposes paths, each step trying the anchors before the bag. @throws NAT_PATH_BUDGET */
export function proposePaths(
  target: PathCertificate,
  { intermediates, anchors, maxIntermediates = Number.POSITIVE_INFINITY, stations }: PathMaterial,
  budget: PathBudget,
): Generator<ProposedPath, void> {
  budget.spend("names", intermediates.length);
  const oid = stations?.extension;
  const bags = { anchors: bagOf(anchors, oid), intermediates: bagOf(intermediates, oid, budget) };
  return fromTarget(target, { ...bags, maxIntermediates, budget });
}

/** What is trusted by itself needs nobody to vouch for it. */
function* fromTarget(target: PathCertificate, search: Search): Generator<ProposedPath, void> {
  const itself = search.anchors.find(({ certificate }) => equalBytes(certificate.der, target.certificate.der));
  if (itself !== undefined) yield { certificates: [target], anchor: itself };
  yield* extend([target], search);
}

type Bag = readonly Candidate[];

/** A certificate that was sent twice would double every path through it; who sends more copies spends the budget. */
const mostCompared = 16;

interface Search {
  readonly anchors: Bag;
  readonly intermediates: Bag;
  readonly maxIntermediates: number;
  readonly budget: PathBudget;
}

/**
 * @param stationOid of the extension of stations' authorities
 * @param budget where comparing and reading are paid for: what anchors cost is the caller's to know
 */
function bagOf(certificates: readonly TrustAnchor[], stationOid: string | undefined, budget?: PathBudget): Bag {
  const bag: Candidate[] = [];
  for (const given of certificates) {
    const candidate = candidateOf(given, stationOid, budget);
    if (!bag.slice(0, mostCompared).some((other) => isCopy(candidate.certificate, other.certificate, budget)))
      bag.push(candidate);
  }
  return bag;
}

/** Certificates that were not made for it differ in their serial numbers: comparing those costs nothing. */
function isCopy({ der: a }: Certificate, { der: b }: Certificate, budget: PathBudget | undefined): boolean {
  if (a.length !== b.length) return false;
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  budget?.spend("names", shared >> 6);
  return shared === a.length;
}

function candidateOf(given: TrustAnchor, stationOid: string | undefined, budget: PathBudget | undefined): Candidate {
  let facts: PathCertificate | undefined;
  const certificate = certificateOf(given);
  const read = () => {
    budget?.spend("extensions", octetsOfExtensions(certificate));
    return new PathCertificate(certificate, stationOid);
  };
  return { given, certificate, read: () => (facts ??= read()) };
}

function octetsOfExtensions({ extensions }: Certificate): number {
  return extensions.reduce((sum, { value }) => sum + value.length, 0);
}

/** Names of the same bytes first: the preparation that other names take to compare is rarely needed then. */
function* extend(certificates: ProposedPath["certificates"], search: Search): Generator<ProposedPath, void> {
  const { budget, maxIntermediates } = search;
  if (!budget.allowsDepth(certificates.length + 1)) return;
  if (certificates.length - 1 > maxIntermediates && !budget.allowsLevels(levelsOf(certificates), maxIntermediates))
    return;
  for (const isIssuer of [hasSameBytes, hasOtherBytes]) {
    for (const anchor of issuersOf(certificates, search.anchors, isIssuer, budget))
      if (isNew(anchor, certificates, budget)) yield { certificates, anchor };
    for (const issuer of issuersOf(certificates, search.intermediates, isIssuer, budget))
      if (isNew(issuer, certificates, budget)) yield* extend([...certificates, issuer.read()], search);
  }
}

/** CA certificates between that are not self-issued: a new key of an authority is no new level. */
function levelsOf(certificates: ProposedPath["certificates"]): number {
  let levels = 0;
  for (let i = 1; i < certificates.length; i++) if (certificates[i]?.selfIssued === false) levels++;
  return levels;
}

type IsIssuer = (issuer: Name, subject: Name) => boolean;

const hasSameBytes: IsIssuer = (issuer, subject) => equalBytes(issuer.der, subject.der);

const hasOtherBytes: IsIssuer = (issuer, subject) => !hasSameBytes(issuer, subject) && sameName(issuer, subject);

/** Who in the bag may have issued the last certificate of the path, the likeliest first. */
function issuersOf(
  path: readonly PathCertificate[],
  bag: Bag,
  isIssuer: IsIssuer,
  budget: PathBudget,
): readonly Candidate[] {
  const child = path.at(-1) as PathCertificate;
  budget.spend("names", costOfSearch(child.certificate.issuer, bag.length));
  const named = bag.filter(({ certificate }) => isIssuer(child.certificate.issuer, certificate.subject));
  budget.spend("paths", named.length);
  return named.length < 2
    ? named
    : named.toSorted((a, b) => unlikeliness(a.read(), child) - unlikeliness(b.read(), child));
}

// No path gains by passing the same name with the same key twice, and loops of cross-signed authorities do just that.
function isNew({ certificate }: Candidate, path: readonly PathCertificate[], budget: PathBudget): boolean {
  const { publicKey, subject } = certificate;
  budget.spend("names", path.length * piecesOf(publicKey.length + subject.der.length));
  return !path.some((known) => isSameEntity(known.certificate, certificate));
}

function isSameEntity(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.publicKey, b.publicKey) && sameName(a.subject, b.subject);
}

// Key identifiers guide the search and prove nothing (RFC 5280 4.2.1.1): the signature decides.
function unlikeliness(issuer: PathCertificate, child: PathCertificate): number {
  const wanted = child.authorityKeyIdentifier;
  const own = issuer.subjectKeyIdentifier;
  if (wanted === undefined || own === undefined) return 1;
  return equalBytes(wanted, own) ? 0 : 2;
}
