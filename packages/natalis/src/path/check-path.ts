// SPDX-License-Identifier: Apache-2.0
// Everything of RFC 5280 6.1 but the signatures, from the anchor down to the certificate in question: the order of the
// steps, and which of them a certificate goes through.

import type { PathBudget } from "./budget.ts";
import { isAnchorItself, type ProposedPath } from "./build-paths.ts";
import { blaming } from "./fault.ts";
import { requireNames } from "./names/require-names.ts";
import type { PathCertificate } from "./path-certificate.ts";
import { initialPathState, type PathState } from "./path-state.ts";
import { checkAnchorAuthority, checkAuthority } from "./steps/authority.ts";
import { checkConformance } from "./steps/conformance.ts";
import { checkExtensions } from "./steps/extensions.ts";
import { checkKey } from "./steps/key.ts";
import { checkKeyUsage } from "./steps/key-usage.ts";
import { checkNames, narrowNames } from "./steps/names.ts";
import { lowerPathLength, takePathLength } from "./steps/path-length.ts";
import { checkIssuerPurpose, checkTargetPurpose } from "./steps/purpose.ts";
import { checkStations } from "./steps/station.ts";
import { checkValidity } from "./steps/validity.ts";
import { constraintsOf } from "./trust-anchor.ts";
import type { PathRequest } from "./validate-path.ts";

/** The policies for which the path is valid (6.1.5 g). @throws as validatePath, but for signatures */
export function checkPath(path: ProposedPath, request: PathRequest, budget: PathBudget): readonly string[] {
  const { certificates, anchor } = path;
  const state = initialPathState(certificates.length, request.policies ?? {}, constraintsOf(anchor.given));
  if (!isAnchorItself(path)) blaming(anchor.certificate, () => checkAnchor(state, anchor.read(), request));
  checkStations(certificates, anchor.read(), request.stations);
  const [target, ...intermediates] = certificates;
  for (const certificate of intermediates.toReversed())
    blaming(certificate.certificate, () => {
      checkEach(state, certificate, false, request, budget);
      prepareForNext(state, certificate, request, budget);
    });
  return blaming(target.certificate, () => {
    checkEach(state, target, true, request, budget);
    return wrapUp(state, target, request);
  });
}

/** The anchor is no certificate of the path (6.1.1 d): it takes no length and names no policies, but it constrains. */
function checkAnchor(state: PathState, anchor: PathCertificate, request: PathRequest): void {
  const { at, purpose, strength = "current", conformingIssuers = false } = request;
  checkValidity(anchor, at);
  checkExtensions(anchor);
  if (conformingIssuers) checkConformance(anchor);
  checkAnchorAuthority(anchor, strength);
  checkKeyUsage(anchor);
  checkIssuerPurpose(anchor, purpose);
  lowerPathLength(state, anchor);
  narrowNames(state, anchor);
  state.policies.constrain(anchor);
}

/** 6.1.3, and (o) of 6.1.4 and (f) of 6.1.5. */
function checkEach(
  state: PathState,
  certificate: PathCertificate,
  isLast: boolean,
  { at, conformingIssuers = false }: PathRequest,
  budget: PathBudget,
): void {
  checkValidity(certificate, at);
  checkExtensions(certificate);
  if (conformingIssuers) checkConformance(certificate);
  checkNames(state, certificate, isLast, budget);
  state.policies.apply(certificate, isLast, budget);
}

/** 6.1.4 */
function prepareForNext(
  state: PathState,
  certificate: PathCertificate,
  { purpose }: PathRequest,
  budget: PathBudget,
): void {
  state.policies.prepareForNext(certificate, budget);
  narrowNames(state, certificate);
  checkAuthority(certificate);
  takePathLength(state, certificate);
  lowerPathLength(state, certificate);
  checkKeyUsage(certificate);
  checkIssuerPurpose(certificate, purpose);
}

/** 6.1.5, and what the caller wants of the certificate in question. */
function wrapUp(state: PathState, target: PathCertificate, request: PathRequest): readonly string[] {
  const { names = [], strength = "current" } = request;
  const policies = state.policies.conclude(target);
  checkKey(target, strength);
  checkTargetPurpose(target, request);
  requireNames(target.names, names);
  return policies;
}
