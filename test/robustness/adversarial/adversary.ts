// SPDX-License-Identifier: Apache-2.0
// Certificates arranged so that judging them costs as much as possible, with what must stop it: a code, and how many
// signatures are checked until then. Both are the same in every run.

import { nodeSignatureVerifier } from "@natalis/node";
import { parseCertificate } from "natalis/formats";
import { type ErrorCode, isNatalisError, type NatalisError, type SignatureVerifier } from "natalis/kernel";
import { type PathRequest, validatePath } from "natalis/path";
import { corpusTime } from "../corpus/forge.ts";

export interface Adversary {
  readonly name: string;
  /** As they come: DER. */
  readonly certificate: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
  readonly anchors: readonly Uint8Array[];
  /** What else is asked of the path. */
  readonly asked?: Partial<PathRequest>;
  readonly code: ErrorCode;
  /** What ran out, where the code does not tell. */
  readonly detail?: string;
  /** Signatures checked until it is refused. */
  readonly signatures: number;
}

export interface Refusal {
  readonly error: NatalisError;
  readonly signatures: number;
}

/** Judges it from its bytes on. @throws Error where it is accepted; whatever is no NatalisError */
export async function refuse(adversary: Adversary): Promise<Refusal> {
  const verifier = countingVerifier();
  try {
    await judge(adversary, verifier);
  } catch (error) {
    if (isNatalisError(error)) return { error, signatures: verifier.calls };
    throw error;
  }
  throw new Error(`${adversary.name} was accepted`);
}

async function judge({ certificate, intermediates, anchors, asked }: Adversary, verifier: SignatureVerifier) {
  await validatePath({
    certificate: parseCertificate(certificate),
    intermediates: intermediates.map((der) => parseCertificate(der)),
    anchors: anchors.map((der) => parseCertificate(der)),
    at: corpusTime,
    verifier,
    ...asked,
  });
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
