// SPDX-License-Identifier: Apache-2.0
// When nothing says whether a certificate is revoked, the evidence that came furthest tells most about why.

import type { NatalisError } from "../../kernel/index.ts";
import type { crlErrors } from "../errors.ts";
import type { ocspErrors } from "../ocsp/errors.ts";

/** The codes of lists and responses in the order of the checks, each stage beside its like. */
const stages: readonly (keyof typeof crlErrors | keyof typeof ocspErrors)[][] = [
  ["NAT_CRL_SCOPE", "NAT_OCSP_CERTIFICATE"],
  ["NAT_CRL_ISSUER", "NAT_OCSP_RESPONDER"],
  ["NAT_CRL_KEY_USAGE", "NAT_OCSP_DELEGATION"],
  ["NAT_CRL_ALGORITHM", "NAT_OCSP_ALGORITHM"],
  ["NAT_CRL_WEAK", "NAT_OCSP_WEAK"],
  ["NAT_CRL_SIGNATURE", "NAT_OCSP_SIGNATURE"],
  ["NAT_CRL_SIGNER", "NAT_OCSP_SIGNER"],
  ["NAT_CRL_EXTENSION", "NAT_OCSP_EXTENSION"],
  ["NAT_CRL_NUMBER", "NAT_CRL_REPEATED"],
  ["NAT_CRL_DELTA"],
  ["NAT_CRL_REASONS", "NAT_OCSP_UNKNOWN"],
  ["NAT_CRL_NOT_CURRENT", "NAT_OCSP_NOT_CURRENT"],
];

const ranks = new Map<string, number>(stages.flatMap((codes, rank) => codes.map((code) => [code, rank])));

/** The most telling first; in the order of the evidence where they tell the same. */
export function ranked(causes: readonly NatalisError[]): NatalisError[] {
  return causes.toSorted((a, b) => rankOf(b) - rankOf(a));
}

/** An error of a format stands above all: what is malformed could not even be judged. */
function rankOf({ code }: NatalisError): number {
  return ranks.get(code) ?? stages.length;
}
