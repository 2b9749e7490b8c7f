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
  /** PKCS#10. Absent: the key is the one of the certificate, which was checked before it was kept. */
  readonly request?: string | undefined;
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
  const { entry, receipt, salt } = answer;
  const final = {
    ...papers,
    entry: fromBase64(entry),
    receipt,
    salt: salt === undefined ? undefined : fromBase64(salt),
  };
  await verifyPapers({ papers: final, ...facts, trust, verifier });
};

/** A station's answer: all but that it is registered. */
export const checkStationAnswer: CheckAnswer = async (answer, question, trust, verifier = nodeSignatureVerifier) => {
  await verifyProvisionalPapers({ ...readAnswer(answer, question), trust, verifier });
};

/** Whoever answered: a provisional answer is a station's. */
export const checkAnyAnswer: CheckAnswer = (answer, ...rest) =>
  (answer.kind === "provisional" ? checkStationAnswer : checkBirthAnswer)(answer, ...rest);

function readAnswer(answer: AnsweredPapers | ProvisionalAnswer, { request, unit }: BirthQuestion) {
  const [certificate = new Uint8Array(0), ...chain] = [answer.certificate, ...answer.chain].flatMap((pem) =>
    parsePem(pem, "CERTIFICATE"),
  );
  const own = parseCertificate(certificate);
  return {
    papers: { certificate, chain, record: fromBase64(answer.record) },
    publicKey: request === undefined ? own.publicKey : parseCertificationRequest(readRequest(request)).publicKey,
    unit,
    // The birth is long past where the answer is to a retry.
    at: own.notBefore,
    hash: nodeHash,
  };
}
