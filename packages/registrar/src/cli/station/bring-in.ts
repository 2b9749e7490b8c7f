// SPDX-License-Identifier: Apache-2.0
// Brings births in: some hundred a request, one request after the other, so that the log has them in the order in which
// they were born. What is put off is asked for again after a pause; what is said to be entered is proven before it counts.

import { setTimeout as wait } from "node:timers/promises";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { rememberingVerifier } from "natalis/authenticate";
import type { ClaimedBirth } from "natalis/birth";
import { fromBase64, isNatalisError, toBase64 } from "natalis/kernel";
import { encodeBirthReceipt, type ProofTrust, type TrustFile, verifyBirthReceipt } from "natalis/registry";
import type { z } from "zod";
import { claimResultSchema } from "../../protocols/rest/station-schemas.ts";
import type { RegistrarClient } from "../client.ts";
import { clientError } from "../errors.ts";
import type { AnswersFile, StationAnswerLine } from "./answers-file.ts";

/** A birth of the journal that is not entered yet. */
export interface WaitingBirth {
  readonly number: number;
  readonly serial: string;
  readonly model: string;
  readonly claim: ClaimedBirth;
}

export interface Intake {
  readonly client: Pick<RegistrarClient, "lines">;
  readonly path: string;
  readonly trust: TrustFile;
  readonly answers: Pick<AnswersFile, "add">;
  /** Hears of births that were entered or refused. */
  advance(births: number): void;
  /** Milliseconds before what was put off is asked for again; longer each time. */
  readonly pause?: number;
}

const birthsPerRequest = 500;
const mostTries = 6;
const defaultPause = 1000;
const serviceUnavailable = 503;

/**
 * @throws NAT_REGISTRAR_UNREACHABLE and the registrar's own refusal of the whole; NAT_REGISTRY_RECEIPT where an answer
 * proves nothing; NAT_CLIENT_ANSWER where births were put off again and again. What was answered before is kept.
 */
export async function bringIn(births: AsyncIterable<WaitingBirth>, intake: Intake): Promise<void> {
  // Receipts of one answer share their checkpoint.
  const verifier = rememberingVerifier({ verifier: nodeSignatureVerifier, hash: nodeHash });
  const trust = { policy: { ...intake.trust.log, quorum: "none" as const }, verifier, hash: nodeHash };
  let part: WaitingBirth[] = [];
  for await (const birth of births) {
    part.push(birth);
    if (part.length < birthsPerRequest) continue;
    await bringPart(part, intake, trust);
    part = [];
  }
  await bringPart(part, intake, trust);
}

async function bringPart(part: readonly WaitingBirth[], intake: Intake, trust: ProofTrust): Promise<void> {
  let left = part;
  for (let tries = 1; left.length > 0; tries++) {
    const lines = await askFor(left, intake, trust, tries === mostTries);
    await intake.answers.add(lines);
    intake.advance(lines.length);
    const done = new Set(lines.map(({ number }) => number));
    left = left.filter(({ number }) => !done.has(number));
    if (left.length > 0 && tries === mostTries)
      throw clientError("NAT_CLIENT_ANSWER", `${left.length} births were put off ${tries} times`);
    if (left.length > 0) await wait((intake.pause ?? defaultPause) * tries);
  }
}

/** Those that were entered or refused; the others were put off. */
async function askFor(
  births: readonly WaitingBirth[],
  { client, path }: Intake,
  trust: ProofTrust,
  isLastTry: boolean,
): Promise<StationAnswerLine[]> {
  const answered = await client.lines(path, births.map(lineOf)).catch((error: unknown) => {
    if (isLastTry || !isNatalisError(error, "NAT_REGISTRAR_UNREACHABLE")) throw error;
    return [];
  });
  const lines: StationAnswerLine[] = [];
  for (const text of answered) {
    const line = await settled(text, births, trust);
    if (line !== undefined) lines.push(line);
  }
  return lines.toSorted((a, b) => a.number - b.number);
}

async function settled(
  text: string,
  births: readonly WaitingBirth[],
  trust: ProofTrust,
): Promise<StationAnswerLine | undefined> {
  const { data, error } = claimResultSchema.safeParse(jsonOf(text));
  if (error !== undefined) throw clientError("NAT_CLIENT_ANSWER", error.message, error);
  const birth = births[data.line - 1];
  if (birth === undefined || data.status === serviceUnavailable) return undefined;
  const { number, serial, model } = birth;
  const { entered, problem } = data;
  if (entered === undefined && problem === undefined)
    throw clientError("NAT_CLIENT_ANSWER", `line ${data.line} is neither an entry nor a problem`);
  if (entered !== undefined) await requireProof(entered, birth, trust);
  return { number, serial, model, ...(entered === undefined ? { problem } : { entered }) };
}

async function requireProof(
  { entry, salt, receipt }: NonNullable<z.infer<typeof claimResultSchema>["entered"]>,
  { claim: { record, certificate } }: WaitingBirth,
  trust: ProofTrust,
): Promise<void> {
  const proof = encodeBirthReceipt({ receipt, entry: fromBase64(entry), salt: fromBase64(salt), record });
  await verifyBirthReceipt(proof, certificate, trust);
}

function lineOf({ claim }: WaitingBirth): string {
  const { certificationRequest, record, certificate, evidence } = claim;
  return JSON.stringify({
    request: toBase64(certificationRequest),
    record: toBase64(record),
    certificate: toBase64(certificate),
    evidence: evidence?.map(({ format, statement }) => ({ format, statement: toBase64(statement) })),
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw clientError("NAT_CLIENT_ANSWER", "not JSON", cause);
  }
}
