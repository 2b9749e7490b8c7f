// SPDX-License-Identifier: Apache-2.0
// From a request's JSON to what the use case takes.

import type { EvidenceStatement } from "natalis/birth";
import { parsePem } from "natalis/formats";
import { fromBase64, fromHex } from "natalis/kernel";
import type { z } from "zod";
import type { BirthInput } from "../../service/births.ts";
import { httpError } from "../errors.ts";
import type { birthRequestSchema, evidenceSchema } from "./schemas.ts";

/** @throws NAT_HTTP_INVALID, NAT_PEM_*, NAT_BYTES_BASE64 */
export function readBirthInput(body: z.infer<typeof birthRequestSchema>): BirthInput {
  const { request, firmwareDigest, hardwareRevision, evidence, attestation, ...facts } = body;
  return {
    ...facts,
    certificationRequest: readRequest(request),
    ...(hardwareRevision === undefined ? {} : { hardwareRevision }),
    ...(firmwareDigest === undefined ? {} : { firmwareDigest: fromHex(firmwareDigest) }),
    ...(evidence === undefined ? {} : { evidence: evidence.map(readStatement) }),
    ...(attestation === undefined ? {} : { attestation: fromHex(attestation) }),
  };
}

export function readStatement({ format, statement }: z.infer<typeof evidenceSchema>): EvidenceStatement {
  return { format, statement: fromBase64(statement) };
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
