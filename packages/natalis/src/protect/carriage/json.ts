// SPDX-License-Identifier: Apache-2.0
// Evidence in JSON, as the registrar's own interface has it: [{ "format": name, "statement": base64 }].

import { jsonArray, jsonMember, jsonObject, jsonText, type JsonValue, parseJson } from "../../formats/index.ts";
import { fromBase64, toBase64 } from "../../kernel/index.ts";
import { wellFormed } from "../refusal.ts";
import { type EvidenceMessage, mostStatements, requireFormatName } from "./evidence-message.ts";

export function encodeEvidenceJson(messages: readonly EvidenceMessage[]): string {
  return JSON.stringify(messages.map(({ format, statement }) => ({ format, statement: toBase64(statement) })));
}

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseEvidenceJson(text: string): readonly EvidenceMessage[] {
  return wellFormed("no evidence in JSON", () => jsonArray(parseJson(text), mostStatements).map(readMessage));
}

function readMessage(value: JsonValue): EvidenceMessage {
  const object = jsonObject(value);
  return {
    format: requireFormatName(jsonText(jsonMember(object, "format"))),
    statement: fromBase64(jsonText(jsonMember(object, "statement"))),
  };
}
