// SPDX-License-Identifier: Apache-2.0
// From a request's JSON to what the use case takes.

import type { EvidenceStatement } from "natalis/birth";
import { parsePem } from "natalis/formats";
import { encodeUtf8, fromBase64, fromHex } from "natalis/kernel";
import { parseEvidenceCmw } from "natalis/protect";
import type { z } from "zod";
import type { BirthInput } from "../../service/births.ts";
import { httpError } from "../errors.ts";
import { type birthRequestSchema, type evidenceSchema, mostStatements } from "./schemas.ts";

/** @throws NAT_HTTP_INVALID, NAT_PEM_*, NAT_BYTES_BASE64, NAT_EVIDENCE_TYPE, NAT_EVIDENCE_MALFORMED */
export function readBirthInput(body: z.infer<typeof birthRequestSchema>): BirthInput {
  const { request, firmwareDigest, hardwareRevision, evidence, attestation, ...facts } = body;
  return {
    ...facts,
    certificationRequest: readRequest(request),
    ...(hardwareRevision === undefined ? {} : { hardwareRevision }),
    ...(firmwareDigest === undefined ? {} : { firmwareDigest: fromHex(firmwareDigest) }),
    ...(evidence === undefined ? {} : { evidence: readEvidence(evidence) }),
    ...(attestation === undefined ? {} : { attestation: fromHex(attestation) }),
  };
}

/** @throws NAT_HTTP_INVALID, NAT_BYTES_BASE64, NAT_EVIDENCE_TYPE, NAT_EVIDENCE_MALFORMED */
export function readEvidence(all: readonly z.infer<typeof evidenceSchema>[]): readonly EvidenceStatement[] {
  const statements = all.flatMap((one) => {
    if ("format" in one) return [{ format: one.format, statement: fromBase64(one.statement) }];
    const { cmw } = one;
    return parseEvidenceCmw(typeof cmw === "string" ? fromBase64(cmw) : encodeUtf8(JSON.stringify(cmw)));
  });
  if (statements.length > mostStatements)
    throw httpError("NAT_HTTP_INVALID", `${statements.length} statements of evidence, at most ${mostStatements}`);
  return statements;
}

/**
 * PEM with either of the labels that the field uses (RFC 7468 section 7), or base64 of the DER.
 * @throws NAT_HTTP_INVALID, NAT_PEM_*, NAT_BYTES_BASE64
 */
export function readRequest(text: string): Uint8Array {
  if (!text.includes("-----BEGIN")) return fromBase64(text.replaceAll(/\s/g, ""));
  const label = text.includes("BEGIN NEW CERTIFICATE REQUEST") ? "NEW CERTIFICATE REQUEST" : "CERTIFICATE REQUEST";
  const [der, ...others] = parsePem(text, label);
  if (der === undefined || others.length > 0)
    throw httpError("NAT_HTTP_INVALID", "not exactly one certificate request");
  return der;
}
