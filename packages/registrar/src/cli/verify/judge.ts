// SPDX-License-Identifier: Apache-2.0
// The question that both forms of `natalis verify` come to, and its verdict: a valid path, or what refused it and which
// of the given certificates that is about.

import { type Certificate, oids } from "natalis/formats";
import { isNatalisError, type NatalisError, type SignatureVerifier } from "natalis/kernel";
import { certificateAtFault, type PathRequest, type VerifiedPath, validatePath } from "natalis/path";
import { clientError } from "../errors.ts";
import { type Demands, isByInternetName, takesUnnamedPurpose } from "./demands.ts";
import { certificatesOf, type Given } from "./given.ts";
import { type Registration, stationRule } from "./registered.ts";
import { type Evidence, statusFields } from "./status.ts";

export interface Question {
  /** The certificate in question, then untrusted ones in any order. */
  readonly chain: readonly Given[];
  readonly anchors: readonly Given[];
  readonly at: Date;
  readonly demands: Demands;
  readonly evidence: Evidence;
  /** What is known of registrations; absent: a station's authority is not known as one. */
  readonly registration?: Registration | undefined;
}

export interface Refusal {
  readonly valid: false;
  readonly error: NatalisError;
  /** Where it stands in `chain`; absent for an anchor, and where no single certificate is at fault. */
  readonly index?: number | undefined;
  /** Absent where it cannot be read, and where no single certificate is at fault. */
  readonly certificate?: Certificate | undefined;
}

export type Verdict = { readonly valid: true; readonly path: VerifiedPath } | Refusal;

/** Whatever is wrong with what was given is a verdict; an exception is a mistake of the program. */
export async function judge(question: Question, verifier: SignatureVerifier): Promise<Verdict> {
  const [target] = question.chain;
  if (target === undefined) return { valid: false, error: clientError("NAT_CLIENT_QUESTION", "no certificate") };
  if ("error" in target) return { valid: false, error: target.error, index: 0 };
  try {
    const stations = await stationRule(question.registration, target.certificate, verifier);
    return {
      valid: true,
      path: await validatePath({ ...requestOf(target.certificate, question, verifier), stations }),
    };
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return explain(error, question);
  }
}

/** What clients of TLS servers take (RFC 9525 6.3): asked for by the purpose alone. */
const wildcard = "left-most label";

function requestOf(
  certificate: Certificate,
  { chain, anchors, at, demands, evidence }: Question,
  verifier: SignatureVerifier,
): PathRequest {
  const { purpose, names, policies, maxIntermediates, legacy } = demands;
  return {
    certificate,
    intermediates: certificatesOf(chain.slice(1)),
    anchors: certificatesOf(anchors),
    at,
    purpose,
    unnamedPurpose: takesUnnamedPurpose(purpose) ? "accept" : "refuse",
    names: names.map((name) => ("dns" in name && purpose === oids.serverAuth ? { ...name, wildcard } : name)),
    policies,
    maxIntermediates,
    strength: legacy ? "legacy" : "current",
    verifier,
    ...conformity(demands),
    ...statusFields(demands.revocation, evidence, demands.currency),
  };
}

/** Who vouches for a server's or a mailbox's name is held to RFC 5280 section 4; chains of the legacy policy are not. */
function conformity(demands: Demands): { readonly conformingIssuers: boolean } {
  return { conformingIssuers: demands.conforming ?? (!demands.legacy && isByInternetName(demands)) };
}

/** Where no path was found because a certificate could not be read, that is the cause. */
function explain(error: NatalisError, question: Question): Refusal {
  if (error.code === "NAT_PATH_ISSUER_UNKNOWN") {
    const index = question.chain.findIndex((one) => "error" in one);
    const unreadable = question.chain[index] ?? question.anchors.find((one) => "error" in one);
    if (unreadable !== undefined && "error" in unreadable)
      return { valid: false, error: unreadable.error, index: index < 0 ? undefined : index };
  }
  return refusal(error, certificateAtFault(error), question);
}

function refusal(error: NatalisError, certificate: Certificate | undefined, { chain }: Question): Refusal {
  const index = chain.findIndex((one) => "certificate" in one && one.certificate === certificate);
  return { valid: false, error, certificate, index: index < 0 ? undefined : index };
}
