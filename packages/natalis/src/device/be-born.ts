// SPDX-License-Identifier: Apache-2.0
// Being born, from the device's side: make a request, send it, and believe nothing of the answer that does not verify.
// The certificate must be for our key and lead to a trusted root, commit to the record, and stand in the log.

import type { EvidenceStatement } from "../birth/index.ts";
import { encodePem, parsePem } from "../formats/index.ts";
import {
  fromBase64,
  type Hash,
  isNatalisError,
  type SignatureVerifier,
  type Signer,
  toBase64,
} from "../kernel/index.ts";
import type { TrustFile } from "../registry/index.ts";
import { asRefusal, refusal } from "./birth-refusal.ts";
import { readAnswer } from "./registrar-answer.ts";
import type { RegistrarConnection } from "./registrar-connection.ts";
import { buildCertificationRequest } from "./request.ts";
import { type BirthPapers, type Born, type ProvisionalPapers, type UnitFacts, verifyPapers } from "./verify-papers.ts";
import { type ProvisionallyBorn, verifyProvisionalPapers } from "./verify-provisional.ts";

export interface BirthInput {
  readonly registrar: RegistrarConnection;
  /** The device's key; it never leaves the signer. */
  readonly signer: Signer;
  readonly unit: UnitFacts;
  /** What is said of where the key lives: a token's declaration, say. Absent: nothing, and custody is 0. */
  readonly evidence?: readonly EvidenceStatement[];
  /** What `POST /births/attestations` answered, where the evidence is bound to its nonce. */
  readonly attestation?: string;
  readonly trust: TrustFile;
  /** Now. */
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/**
 * Asks for a birth and verifies the answer. A retry with the same key and facts gets the same certificate. With
 * `provisional: "accept"` a station without a connection may answer: what comes out then is taken by no verifier before
 * the registrar has entered it (`fetchBirthReceipt`).
 * @throws the registrar's own refusal with its code; NAT_DEVICE_BIRTH where its answer does not verify or is none
 */
export function beBorn(input: BirthInput & { readonly provisional: "accept" }): Promise<Born | ProvisionallyBorn>;
export function beBorn(input: BirthInput): Promise<Born>;
export async function beBorn(
  input: BirthInput & { readonly provisional?: "accept" },
): Promise<Born | ProvisionallyBorn> {
  const { registrar, signer, unit, attestation } = input;
  const request = encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial: unit.serial, signer }));
  const evidence = input.evidence?.map(({ format, statement }) => ({ format, statement: toBase64(statement) }));
  const body = JSON.stringify({ ...unit, request, evidence, attestation });
  const answer = readAnswer(await registrar.send("POST", "/births", body));
  const verification = { ...input, publicKey: signer.publicKey };
  if (answer.kind !== "provisional") return verifyPapers({ ...verification, papers: readPapers(answer) });
  if (input.provisional !== "accept") throw refusal("a provisional birth, which no receipt proves");
  return verifyProvisionalPapers({ ...verification, papers: readProvisional(answer) });
}

type Answer = Readonly<Record<string, unknown>>;

/** @throws NAT_DEVICE_BIRTH */
function readPapers(answer: Answer): BirthPapers {
  const { entry, receipt, salt } = answer;
  return refusingAll(() => ({
    ...readProvisional(answer),
    entry: fromBase64(readText(entry)),
    receipt: readText(receipt),
    ...(salt !== undefined && { salt: fromBase64(readText(salt)) }),
  }));
}

/** @throws NAT_DEVICE_BIRTH */
function readProvisional({ certificate, chain, record }: Answer): ProvisionalPapers {
  if (!Array.isArray(chain) || chain.length > 8) throw refusal("no chain of at most 8 certificates");
  return refusingAll(() => ({
    certificate: readCertificate(certificate),
    chain: chain.map(readCertificate),
    record: fromBase64(readText(record)),
  }));
}

function refusingAll<Papers>(read: () => Papers): Papers {
  try {
    return read();
  } catch (error) {
    throw isNatalisError(error) ? asRefusal(error) : error;
  }
}

function readCertificate(value: unknown): Uint8Array {
  const [der, ...others] = parsePem(readText(value), "CERTIFICATE");
  if (der === undefined || others.length > 0) throw refusal("not one certificate in its place");
  return der;
}

function readText(value: unknown): string {
  if (typeof value !== "string" || value.length > 100_000) throw refusal("no text in its place");
  return value;
}
