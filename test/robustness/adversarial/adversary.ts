// SPDX-License-Identifier: Apache-2.0
// Papers arranged so that judging them costs as much as possible, with what must come of it: a code, and how many
// signatures are checked until then. Both are the same in every run.

import { nodeSignatureVerifier } from "@natalis/node";
import { parseCertificate, parseCertificateList, parseOcspResponse } from "natalis/formats";
import { type ErrorCode, isNatalisError, type SignatureVerifier } from "natalis/kernel";
import { type PathRequest, validatePath } from "natalis/path";
import { corpusTime } from "../corpus/forge.ts";

export interface Adversary {
  readonly name: string;
  /** As they come: DER. */
  readonly certificate: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
  readonly anchors: readonly Uint8Array[];
  /** Evidence of status, which is asked where there is any. */
  readonly lists?: readonly Uint8Array[];
  readonly responses?: readonly Uint8Array[];
  /** What else is asked of the path. */
  readonly asked?: Partial<PathRequest>;
  /** "holds" where that is right, and must be found out soon. */
  readonly code: ErrorCode | "holds";
  /** What ran out, where the code does not tell. */
  readonly detail?: string;
  /** Signatures checked until then. */
  readonly signatures: number;
}

/** What is asked about, and of whom. */
export type Question = Omit<Adversary, "name" | "code" | "detail" | "signatures">;

export interface Outcome {
  readonly code: Adversary["code"];
  readonly detail: string;
  readonly signatures: number;
}

/** Judges it from its bytes on. @throws whatever is no NatalisError */
export async function judge(question: Question): Promise<Outcome> {
  const verifier = countingVerifier();
  try {
    await validatePath(requestOf(question, verifier));
    return { code: "holds", detail: "", signatures: verifier.calls };
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    const { code, detail } = error;
    return { code, detail, signatures: verifier.calls };
  }
}

/** @throws what is malformed */
function requestOf(question: Question, verifier: SignatureVerifier): PathRequest {
  const { certificate, intermediates, anchors, asked } = question;
  return {
    certificate: parseCertificate(certificate),
    intermediates: intermediates.map((der) => parseCertificate(der)),
    anchors: anchors.map((der) => parseCertificate(der)),
    at: corpusTime,
    verifier,
    ...statusOf(question),
    ...asked,
  };
}

function statusOf({ lists, responses }: Question): Pick<PathRequest, "status"> {
  if (lists === undefined && responses === undefined) return {};
  return {
    status: {
      lists: (lists ?? []).map((der) => parseCertificateList(der)),
      responses: (responses ?? []).map(parseOcspResponse),
      policy: { unknown: "accept", clockSkew: 0 },
    },
  };
}

function countingVerifier(): SignatureVerifier & { calls: number } {
  return {
    calls: 0,
    verify(...given) {
      this.calls++;
      return nodeSignatureVerifier.verify(...given);
    },
  };
}
