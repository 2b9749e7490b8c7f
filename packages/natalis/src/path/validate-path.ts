// SPDX-License-Identifier: Apache-2.0
// Certification path validation (RFC 5280 section 6.1) over paths that are built from what was given. One step of
// the standard is one file in steps/; this file and check-path.ts are their order. Cheap steps come before signatures.

import type { Certificate } from "../formats/index.ts";
import { isNatalisError, type NatalisError, type SignatureVerifier } from "../kernel/index.ts";
import { defaultPathLimits, PathBudget, type PathLimits } from "./budget.ts";
import { isAnchorItself, type ProposedPath, proposePaths } from "./build-paths.ts";
import { checkPath } from "./check-path.ts";
import { pathError } from "./errors.ts";
import { blame } from "./fault.ts";
import { type ExpectedName, readExpectedName } from "./names/expected-name.ts";
import { PathCertificate } from "./path-certificate.ts";
import type { PolicyInputs } from "./policies/policy-inputs.ts";
import { moreSpecific } from "./rank.ts";
import type { Strength } from "./signature-fault.ts";
import type { PurposeRequest } from "./steps/purpose.ts";
import { checkSignature } from "./steps/signature.ts";
import type { StationRule } from "./steps/station.ts";
import { checkStatus } from "./steps/status.ts";
import type { CertificateStatus } from "./status/certificate-status.ts";
import type { StatusRequest } from "./status/question.ts";
import type { TrustAnchor } from "./trust-anchor.ts";
import { VerifiedPath } from "./verified-path.ts";

export interface PathRequest extends PurposeRequest {
  /** The certificate in question. */
  readonly certificate: Certificate;
  /** Certificates that may stand between, from anywhere, in any order. */
  readonly intermediates: readonly Certificate[];
  /**
   * The authorities that are trusted because the caller says so. Their own constraints and validity bind too. One that
   * is given twice is taken as it is given first. A certificate in question that is one of them is trusted as itself.
   */
  readonly anchors: readonly TrustAnchor[];
  readonly at: Date;
  /** Names that the certificate must have, every one of them. */
  readonly names?: readonly ExpectedName[] | undefined;
  readonly policies?: PolicyInputs | undefined;
  /** Most CA certificates between the certificate in question and the anchor, those apart that are self-issued. */
  readonly maxIntermediates?: number | undefined;
  /**
   * What to do with certificates that a station issued; absent: the extension of stations' authorities is one that is
   * not known, and refuses.
   */
  readonly stations?: StationRule | undefined;
  /**
   * Whether every certificate, the anchor's too, must be as RFC 5280 section 4 obliges authorities to issue: for server
   * names. By default false: validation is what section 6 asks.
   */
  readonly conformingIssuers?: boolean | undefined;
  /** What is known of revocations, and what to do where nothing is; absent: nobody asks. */
  readonly status?: StatusRequest | undefined;
  readonly verifier: SignatureVerifier;
  /** "legacy" takes SHA-1 and RSA of 1024 to 2047 bits; absent: "current". */
  readonly strength?: Strength | undefined;
  /** Limits of the work; the defaults suit requests from strangers. */
  readonly budget?: PathLimits | undefined;
}

/**
 * The first path that holds. Where none does, the most specific cause of all paths tried is thrown;
 * `certificateAtFault` tells which certificate it is about.
 * @throws NAT_PATH_ codes; NAT_STATUS_ codes, with what is wrong with the evidence as their cause; NAT_ALGORITHM_, NAT_X509_ and NAT_DER_ codes of what is malformed in a certificate
 */
export function validatePath(request: PathRequest): Promise<VerifiedPath> {
  return search(request, new PathBudget(request.budget ?? defaultPathLimits));
}

async function search(request: PathRequest, budget: PathBudget): Promise<VerifiedPath> {
  // A name that none can have is the caller's mistake, whatever is wrong with the certificate.
  for (const name of request.names ?? []) readExpectedName(name);
  const target = new PathCertificate(request.certificate, request.stations?.extension);
  let cause: NatalisError | undefined;
  try {
    for (const path of proposePaths(target, request, budget)) {
      const outcome = await tryPath(path, request, budget);
      if (outcome instanceof VerifiedPath) return outcome;
      cause = moreSpecific(cause, outcome);
    }
  } catch (error) {
    if (isBudgetError(error)) throw pathError("NAT_PATH_BUDGET", error.detail, cause);
    throw error;
  }
  throw cause ?? noPath(target, budget);
}

/** A path that does not hold answers why; running out of budget ends the whole search. */
async function tryPath(
  path: ProposedPath,
  request: PathRequest,
  budget: PathBudget,
): Promise<VerifiedPath | NatalisError> {
  try {
    const policies = checkPath(path, request, budget);
    await checkSignatures(path, request, budget);
    return prove(path, request, policies, await statusesOf(path, request, budget));
  } catch (error) {
    if (isNatalisError(error) && !isBudgetError(error)) return error;
    throw error;
  }
}

/** From the anchor down, so that only keys already vouched for verify anything. */
async function checkSignatures(
  path: ProposedPath,
  { verifier, strength }: PathRequest,
  budget: PathBudget,
): Promise<void> {
  if (isAnchorItself(path)) return;
  const { certificates, anchor } = path;
  let issuer = anchor.certificate;
  for (const { certificate } of certificates.toReversed()) {
    await checkSignature(certificate, issuer, { verifier, strength, budget }).catch((error: unknown) => {
      throw blame(error, certificate);
    });
    issuer = certificate;
  }
}

/** Of a signer nothing is asked but a path: neither the caller's names, policies and purposes nor its depth. */
async function statusesOf(
  path: ProposedPath,
  request: PathRequest,
  budget: PathBudget,
): Promise<readonly CertificateStatus[] | undefined> {
  const { status, intermediates, at, verifier, strength } = request;
  if (status === undefined) return undefined;
  const anchors = [path.anchor.given];
  return checkStatus(path, request, status, budget, async (certificate) => {
    const { certificates } = await search({ certificate, intermediates, anchors, at, verifier, strength }, budget);
    return certificates;
  });
}

function prove(
  { certificates: [target, ...others], anchor }: ProposedPath,
  { at, purpose }: PathRequest,
  policies: readonly string[],
  statuses: readonly CertificateStatus[] | undefined,
): VerifiedPath {
  const [issuer = anchor.certificate, ...above] = others.map(({ certificate }) => certificate);
  const top = others.length === 0 ? [] : [anchor.certificate];
  return new VerifiedPath({
    certificates: [target.certificate, issuer, ...above, ...top],
    at,
    purpose,
    policies,
    statuses,
    provisional: target.isStation || others.some(({ isStation }) => isStation),
  });
}

function noPath(target: PathCertificate, budget: PathBudget): NatalisError {
  return blame(reasonOfNone(target, budget), target.certificate);
}

function reasonOfNone({ label }: PathCertificate, budget: PathBudget): NatalisError {
  if (budget.areLevelsReached) return pathError("NAT_PATH_DEPTH", label);
  if (budget.isDepthReached)
    return pathError("NAT_PATH_BUDGET", `no path of at most ${budget.depth} certificates from ${label}`);
  return pathError("NAT_PATH_ISSUER_UNKNOWN", label);
}

function isBudgetError(error: unknown): error is NatalisError {
  return isNatalisError(error, "NAT_PATH_BUDGET");
}
