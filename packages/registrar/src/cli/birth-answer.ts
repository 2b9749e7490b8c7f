// SPDX-License-Identifier: Apache-2.0
// Before a birth's papers are kept: the registrar is believed no more than a device believes it, and a station less.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { type UnitFacts, verifyPapers, verifyProvisionalPapers } from "natalis/device";
import { parseCertificate, parseCertificationRequest, parsePem } from "natalis/formats";
import { fromBase64, type SignatureVerifier } from "natalis/kernel";
import type { TrustFile } from "natalis/registry";
import type { z } from "zod";
import { readRequest } from "../protocols/rest/birth-input.ts";
import type { birthAnswerSchema, provisionalAnswerSchema } from "../protocols/rest/schemas.ts";
import { clientError } from "./errors.ts";

export type AnsweredPapers = z.infer<typeof birthAnswerSchema>;
export type ProvisionalAnswer = z.infer<typeof provisionalAnswerSchema>;

/** What was asked for. */
export interface BirthQuestion {
  /** PKCS#10. */
  readonly request: string;
  readonly unit: UnitFacts;
}

/** Checks what was answered. @throws NAT_DEVICE_BIRTH, NAT_CLIENT_ANSWER, and what is malformed */
export type CheckAnswer = (
  answer: AnsweredPapers | ProvisionalAnswer,
  question: BirthQuestion,
  trust: TrustFile,
  verifier?: SignatureVerifier,
) => Promise<void>;

/** A registrar's answer: registered, or it is none. */
export const checkBirthAnswer: CheckAnswer = async (answer, question, trust, verifier = nodeSignatureVerifier) => {
  if (answer.kind === "provisional")
    throw clientError("NAT_CLIENT_ANSWER", "a provisional birth, which no receipt proves");
  const { papers, ...facts } = readAnswer(answer, question);
  const final = { ...papers, entry: fromBase64(answer.entry), receipt: answer.receipt };
  await verifyPapers({ papers: final, ...facts, trust, verifier });
};

/** A station's answer: all but that it is registered. */
export const checkStationAnswer: CheckAnswer = async (answer, question, trust, verifier = nodeSignatureVerifier) => {
  await verifyProvisionalPapers({ ...readAnswer(answer, question), trust, verifier });
};

function readAnswer(answer: AnsweredPapers | ProvisionalAnswer, { request, unit }: BirthQuestion) {
  const [certificate = new Uint8Array(0), ...chain] = [answer.certificate, ...answer.chain].flatMap((pem) =>
    parsePem(pem, "CERTIFICATE"),
  );
  return {
    papers: { certificate, chain, record: fromBase64(answer.record) },
    publicKey: parseCertificationRequest(readRequest(request)).publicKey,
    unit,
    // The birth is long past where the answer is to a retry.
    at: parseCertificate(certificate).notBefore,
    hash: nodeHash,
  };
}
