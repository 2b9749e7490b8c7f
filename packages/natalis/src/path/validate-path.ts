// SPDX-License-Identifier: Apache-2.0
// Certification path validation (RFC 5280 section 6.1) over paths that are built from what was given. One step of
// the standard is one file in steps/; this file is their order. Cheap steps come before signatures.

import type { Certificate } from "../formats/index.ts";
import { isNatalisError, type NatalisError, type SignatureVerifier } from "../kernel/index.ts";
import { defaultPathLimits, PathBudget, type PathLimits } from "./budget.ts";
import { type ProposedPath, proposePaths } from "./build-paths.ts";
import { pathError } from "./errors.ts";
import { type PathCertificate, readPathCertificate } from "./path-certificate.ts";
import { initialPathState, type PathState } from "./path-state.ts";
import { moreSpecific } from "./rank.ts";
import type { Strength } from "./signature-fault.ts";
import { checkAuthority } from "./steps/authority.ts";
import { checkExtensions } from "./steps/extensions.ts";
import { checkKeyUsage } from "./steps/key-usage.ts";
import { lowerPathLength, takePathLength } from "./steps/path-length.ts";
import { applyPolicies, listPolicies } from "./steps/policies.ts";
import { checkIssuerPurpose, checkTargetPurpose } from "./steps/purpose.ts";
import { checkSignature } from "./steps/signature.ts";
import { checkValidity } from "./steps/validity.ts";
import { VerifiedPath } from "./verified-path.ts";

export interface PathRequest {
  /** The certificate in question. */
  readonly certificate: Certificate;
  /** Certificates that may stand between, from anywhere, in any order. */
  readonly intermediates: readonly Certificate[];
  /** The authorities that are trusted because the caller says so. Their own constraints and validity bind too. */
  readonly anchors: readonly Certificate[];
  readonly at: Date;
  /** OID of an extended key usage that the certificate must name. */
  readonly purpose?: string | undefined;
  readonly verifier: SignatureVerifier;
  /** "legacy" takes SHA-1 and RSA of 1024 to 2047 bits; absent: "current". */
  readonly strength?: Strength | undefined;
  /** Limits of the work; the defaults suit requests from strangers. */
  readonly budget?: PathLimits | undefined;
}

/**
 * The first path that holds. Where none does, the most specific cause of all paths tried is thrown.
 * @throws NAT_PATH_ codes; NAT_ALGORITHM_, NAT_X509_ and NAT_DER_ codes of what is malformed in a certificate
 */
export async function validatePath(request: PathRequest): Promise<VerifiedPath> {
  const budget = new PathBudget(request.budget ?? defaultPathLimits);
  const target = readPathCertificate(request.certificate);
  let cause: NatalisError | undefined;
  try {
    for (const path of proposePaths(target, request.intermediates, request.anchors, budget)) {
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
    const state = checkPath(path, request);
    await checkSignatures(path, request, budget);
    return prove(path, request, state);
  } catch (error) {
    if (isNatalisError(error) && !isBudgetError(error)) return error;
    throw error;
  }
}

/** Everything but the signatures, from the anchor down to the certificate in question. */
function checkPath(path: ProposedPath, { at, purpose }: PathRequest): PathState {
  const state = initialPathState();
  const anchor = path.at(-1);
  for (const certificate of path.toReversed()) {
    checkValidity(certificate, at);
    checkExtensions(certificate);
    if (certificate !== anchor) applyPolicies(state, certificate);
    if (certificate === path[0]) checkTargetPurpose(certificate, purpose);
    else prepareForNext(state, certificate, certificate === anchor, purpose);
  }
  return state;
}

/** RFC 5280 6.1.4. The anchor is no certificate of the path (6.1.1 d): it takes no length. */
function prepareForNext(
  state: PathState,
  certificate: PathCertificate,
  isAnchor: boolean,
  purpose: string | undefined,
): void {
  checkAuthority(certificate);
  if (!isAnchor) takePathLength(state, certificate);
  lowerPathLength(state, certificate);
  checkKeyUsage(certificate);
  checkIssuerPurpose(certificate, purpose);
}

/** From the anchor down, so that only keys already vouched for verify anything. */
async function checkSignatures(path: ProposedPath, request: PathRequest, budget: PathBudget): Promise<void> {
  const { verifier, strength = "current" } = request;
  for (let i = path.length - 2; i >= 0; i--) {
    budget.spend("signatures");
    await checkSignature(path[i] as PathCertificate, path[i + 1] as PathCertificate, verifier, strength);
  }
}

function prove(path: ProposedPath, { at, purpose }: PathRequest, state: PathState): VerifiedPath {
  const [target, issuer, ...others] = path;
  return new VerifiedPath({
    certificates: [target.certificate, issuer.certificate, ...others.map(({ certificate }) => certificate)],
    at,
    purpose,
    policies: listPolicies(state.policies),
  });
}

function noPath(target: PathCertificate, budget: PathBudget): NatalisError {
  return budget.isDepthReached
    ? pathError("NAT_PATH_BUDGET", `no path of at most ${budget.depth} certificates from ${target.label}`)
    : pathError("NAT_PATH_ISSUER_UNKNOWN", target.label);
}

function isBudgetError(error: unknown): error is NatalisError {
  return isNatalisError(error, "NAT_PATH_BUDGET");
}
