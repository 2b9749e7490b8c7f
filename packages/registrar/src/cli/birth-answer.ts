// SPDX-License-Identifier: Apache-2.0
// Before a birth's papers are kept: the registrar is believed no more than a device believes it.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { type UnitFacts, verifyPapers } from "natalis/device";
import { parseCertificate, parseCertificationRequest, parsePem } from "natalis/formats";
import { fromBase64, type SignatureVerifier } from "natalis/kernel";
import type { TrustFile } from "natalis/registry";
import type { z } from "zod";
import { readRequest } from "../protocols/rest/birth-input.ts";
import type { birthAnswerSchema } from "../protocols/rest/schemas.ts";

export type AnsweredPapers = z.infer<typeof birthAnswerSchema>;

/** What was asked for. */
export interface BirthQuestion {
  /** PKCS#10. */
  readonly request: string;
  readonly unit: UnitFacts;
}

/** @throws NAT_DEVICE_BIRTH, and what is malformed */
export async function checkBirthAnswer(
  answer: AnsweredPapers,
  { request, unit }: BirthQuestion,
  trust: TrustFile,
  verifier: SignatureVerifier = nodeSignatureVerifier,
): Promise<void> {
  const [certificate = new Uint8Array(0), ...chain] = [answer.certificate, ...answer.chain].flatMap((pem) =>
    parsePem(pem, "CERTIFICATE"),
  );
  const [record, entry] = [fromBase64(answer.record), fromBase64(answer.entry)];
  await verifyPapers({
    papers: { certificate, chain, record, entry, receipt: answer.receipt },
    publicKey: parseCertificationRequest(readRequest(request)).publicKey,
    unit,
    trust,
    // The birth is long past where the answer is to a retry.
    at: parseCertificate(certificate).notBefore,
    verifier,
    hash: nodeHash,
  });
}
