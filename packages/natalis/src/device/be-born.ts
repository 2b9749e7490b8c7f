// SPDX-License-Identifier: Apache-2.0
// Being born, from the device's side: make a request, send it, and believe nothing of the answer that does not verify.
// The certificate must be for our key and lead to a trusted root, commit to the record, and stand in the log.

import type { EvidenceStatement } from "../birth/index.ts";
import { encodePem, parsePem } from "../formats/index.ts";
import {
  decodeUtf8,
  fromBase64,
  type Hash,
  isNatalisError,
  NatalisError,
  type SignatureVerifier,
  type Signer,
  toBase64,
} from "../kernel/index.ts";
import type { TrustFile } from "../registry/index.ts";
import { asRefusal, refusal } from "./birth-refusal.ts";
import { deviceError } from "./errors.ts";
import type { RegistrarAnswer, RegistrarConnection } from "./registrar-connection.ts";
import { buildCertificationRequest } from "./request.ts";
import { type BirthPapers, type Born, type UnitFacts, verifyPapers } from "./verify-papers.ts";

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
 * Asks for a birth and verifies the answer. A retry with the same key and facts gets the same certificate.
 * @throws the registrar's own refusal with its code; NAT_DEVICE_BIRTH where its answer does not verify or is none
 */
export async function beBorn(input: BirthInput): Promise<Born> {
  const { registrar, signer, unit, attestation } = input;
  const request = encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial: unit.serial, signer }));
  const evidence = input.evidence?.map(({ format, statement }) => ({ format, statement: toBase64(statement) }));
  const answer = await registrar.send("POST", "/births", JSON.stringify({ ...unit, request, evidence, attestation }));
  const papers = readPapers(readAnswer(answer));
  return verifyPapers({ ...input, papers, publicKey: signer.publicKey });
}

/** The JSON object of a success; a problem document (RFC 9457) becomes the registrar's own error again. */
function readAnswer({ status, body }: RegistrarAnswer): Readonly<Record<string, unknown>> {
  const json = parseObject(body);
  if (status === 200 || status === 201) return json;
  const { code, title, detail } = json;
  if (typeof code !== "string" || !/^NAT_[A-Z0-9_]{1,60}$/.test(code)) throw refusal(`status ${status}`);
  throw new NatalisError(code as `NAT_${string}`, String(title).slice(0, 200), String(detail).slice(0, 500));
}

/** @throws NAT_DEVICE_BIRTH */
function readPapers(json: Readonly<Record<string, unknown>>): BirthPapers {
  const { certificate, chain, record, entry, receipt } = json;
  if (!Array.isArray(chain) || chain.length > 8) throw refusal("no chain of at most 8 certificates");
  try {
    return {
      certificate: readCertificate(certificate),
      chain: chain.map(readCertificate),
      record: fromBase64(readText(record)),
      entry: fromBase64(readText(entry)),
      receipt: readText(receipt),
    };
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

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(decodeUtf8(body));
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw deviceError("NAT_DEVICE_BIRTH", "not JSON", cause);
  }
  throw refusal("not a JSON object");
}
