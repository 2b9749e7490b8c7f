// SPDX-License-Identifier: Apache-2.0
// Errors of the codecs beneath become the codes of evidence, with their cause kept.

import { isNatalisError } from "../kernel/index.ts";
import { evidenceError, type evidenceErrors } from "./errors.ts";

type Code = keyof typeof evidenceErrors;

/** What `read` refuses is malformed evidence; codes of evidence pass. @throws NAT_EVIDENCE_MALFORMED and those */
export function wellFormed<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusedAs("NAT_EVIDENCE_MALFORMED", what, error);
  }
}

/** The error to throw for one from beneath: itself, if it is of evidence already or of no catalogue. */
export function refusedAs(code: Code, detail: string, error: unknown): unknown {
  if (!isNatalisError(error) || error.code.startsWith("NAT_EVIDENCE_")) return error;
  return evidenceError(code, `${detail}: ${error.code} ${error.detail}`, error);
}
