// SPDX-License-Identifier: Apache-2.0
// Errors of the codecs beneath become the codes of evidence, with their cause kept.

import { isNatalisError, type NatalisError } from "../kernel/index.ts";
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

/** Rooms whose errors tell of the evidence; what a port says, that it lacks an algorithm, tells of the runtime. */
const rooms = /^NAT_(?:ALGORITHM|BYTES|CBOR|CMW|COSE|CRL|DER|JOSE|JSON|OCSP|PATH|STATUS|TPM|X509)_/;

/** Whether codecs, checks or paths threw it. */
function isOfEvidence(error: unknown): error is NatalisError {
  return isNatalisError(error) && rooms.test(error.code);
}

/** The error to throw for one from beneath: itself, if it is of evidence already or tells nothing of it. */
export function refusedAs(code: Code, detail: string, error: unknown): unknown {
  return isOfEvidence(error) ? evidenceError(code, `${detail}: ${error.code} ${error.detail}`, error) : error;
}
