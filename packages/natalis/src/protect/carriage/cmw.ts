// SPDX-License-Identifier: Apache-2.0
// Evidence as conceptual message wrappers (RFC 9999), in JSON or CBOR. Entity attestation tokens have a media type of
// their own (RFC 9782), with whatever profile as its parameter, and a content format; the other formats' statements are
// laid out here and travel as "application/vnd.natalis.evidence." and the format's name.

import { type CmwRecord, cmwIndicators, encodeCborCmw, parseCmw } from "../../formats/index.ts";
import { evidenceError } from "../errors.ts";
import { wellFormed } from "../refusal.ts";
import { eatFormat } from "../eat/eat.ts";
import { type EvidenceMessage, requireFew, requireFormatName } from "./evidence-message.ts";

const tokenType = "application/eat+cwt";
/** Of `application/eat+cwt` without a profile (RFC 9782 section 6.3). */
const tokenContentFormat = 263;
const ownTypes = "application/vnd.natalis.evidence.";

export function evidenceToCmwRecord({ format, statement }: EvidenceMessage): CmwRecord {
  const type = format === eatFormat ? tokenType : ownTypes + requireFormatName(format);
  return { type, value: statement, indicator: cmwIndicators.evidence };
}

/** The CBOR record of one statement. @throws NAT_EVIDENCE_MALFORMED */
export function encodeEvidenceCmw(message: EvidenceMessage): Uint8Array {
  return encodeCborCmw(evidenceToCmwRecord(message));
}

/** The evidence in a wrapper, in whatever serialization; of a collection all of it. @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_TYPE */
export function parseEvidenceCmw(bytes: Uint8Array): readonly EvidenceMessage[] {
  return wellFormed("no evidence in a wrapper", () => requireFew(parseCmw(bytes)).map(evidenceOfCmwRecord));
}

/** @throws NAT_EVIDENCE_TYPE for messages that are no evidence, or of a type that is not known here; NAT_EVIDENCE_MALFORMED */
export function evidenceOfCmwRecord({ type, value, indicator = cmwIndicators.evidence }: CmwRecord): EvidenceMessage {
  if ((indicator & cmwIndicators.evidence) === 0)
    throw evidenceError("NAT_EVIDENCE_TYPE", `a wrapped message of the kinds ${indicator}, none of them evidence`);
  return { format: formatOf(type), statement: value };
}

function formatOf(type: string | number): string {
  const [name = ""] = typeof type === "string" ? type.toLowerCase().split(";") : [];
  if (type === tokenContentFormat || name.trim() === tokenType) return eatFormat;
  if (name.startsWith(ownTypes)) return requireFormatName(name.slice(ownTypes.length));
  throw evidenceError("NAT_EVIDENCE_TYPE", `a wrapped message of the type ${JSON.stringify(type).slice(0, 100)}`);
}
