// SPDX-License-Identifier: Apache-2.0
// What each case of NIST PKITS that is to be refused is refused for: not any refusal is the right one.

/** Of the sections about revocation: what a status that is unknown is unknown for. */
export const statusReasons: Readonly<Record<string, string>> = {
  "4.4.1": "NAT_STATUS_ABSENT",
  "4.4.2": "NAT_STATUS_REVOKED",
  "4.4.3": "NAT_STATUS_REVOKED",
  "4.4.4": "NAT_STATUS_ABSENT",
  "4.4.5": "NAT_STATUS_ABSENT",
  "4.4.6": "NAT_STATUS_ABSENT",
  "4.4.8": "NAT_CRL_EXTENSION",
  "4.4.9": "NAT_CRL_EXTENSION",
  "4.4.10": "NAT_CRL_EXTENSION",
  "4.4.11": "NAT_CRL_NOT_CURRENT",
  "4.4.12": "NAT_CRL_NOT_CURRENT",
  "4.4.15": "NAT_X509_SERIAL",
  "4.4.18": "NAT_STATUS_REVOKED",
  "4.4.20": "NAT_STATUS_REVOKED",
  "4.4.21": "NAT_CRL_SIGNER",
  "4.5.2": "NAT_STATUS_REVOKED",
  "4.5.5": "NAT_STATUS_REVOKED",
  "4.5.7": "NAT_STATUS_REVOKED",
  "4.5.8": "NAT_PATH_NOT_AUTHORITY",
  "4.14.2": "NAT_STATUS_REVOKED",
  "4.14.3": "NAT_CRL_SCOPE",
  "4.14.6": "NAT_STATUS_REVOKED",
  "4.14.8": "NAT_CRL_SCOPE",
  "4.14.9": "NAT_CRL_SCOPE",
  "4.14.11": "NAT_CRL_SCOPE",
  "4.14.12": "NAT_CRL_SCOPE",
  "4.14.14": "NAT_CRL_SCOPE",
  "4.14.15": "NAT_STATUS_REVOKED",
  "4.14.16": "NAT_STATUS_REVOKED",
  "4.14.17": "NAT_CRL_REASONS",
  "4.14.20": "NAT_STATUS_REVOKED",
  "4.14.21": "NAT_STATUS_REVOKED",
  "4.14.23": "NAT_STATUS_REVOKED",
  "4.14.26": "NAT_STATUS_ABSENT",
  "4.14.27": "NAT_CRL_SCOPE",
  "4.14.31": "NAT_STATUS_REVOKED",
  "4.14.32": "NAT_STATUS_REVOKED",
  "4.14.34": "NAT_STATUS_REVOKED",
  "4.14.35": "NAT_CRL_SCOPE",
  "4.15.1": "NAT_CRL_DELTA",
  "4.15.3": "NAT_STATUS_REVOKED",
  "4.15.4": "NAT_STATUS_REVOKED",
  "4.15.6": "NAT_STATUS_REVOKED",
  "4.15.9": "NAT_STATUS_REVOKED",
  "4.15.10": "NAT_CRL_NOT_CURRENT",
};

/** Of the others, the special ones first. */
const pathReasons: readonly (readonly [numbers: RegExp, code: string])[] = [
  // The signature of its authority's certificate is refused at parse.
  [/^4\.1\.2$/, "NAT_PATH_ISSUER_UNKNOWN"],
  [/^4\.1\.3$/, "NAT_PATH_SIGNATURE"],
  [/^4\.1\.[45]$/, "NAT_ALGORITHM_UNKNOWN"],
  [/^4\.1\.6$/, "NAT_DER_BIT_STRING"],
  [/^4\.2\.[12]$/, "NAT_PATH_NOT_YET_VALID"],
  [/^4\.2\./, "NAT_PATH_EXPIRED"],
  [/^4\.3\./, "NAT_PATH_ISSUER_UNKNOWN"],
  [/^4\.6\.[123]$/, "NAT_PATH_NOT_AUTHORITY"],
  [/^4\.6\./, "NAT_PATH_LENGTH"],
  [/^4\.7\.[12]$/, "NAT_PATH_KEY_USAGE"],
  [/^4\.7\./, "NAT_CRL_KEY_USAGE"],
  [/^4\.10\.[78]$/, "NAT_X509_EXTENSION"],
  [/^4\.(?:8|9|10|11|12)\./, "NAT_PATH_POLICY"],
  [/^4\.13\./, "NAT_PATH_NAME_CONSTRAINTS"],
  [/^4\.16\./, "NAT_PATH_EXTENSION"],
];

/** The code, of whatever case is asked about. */
export function pkitsReason(number: string): string {
  const [, code] = pathReasons.find(([numbers]) => numbers.test(number)) ?? [];
  return statusReasons[number] ?? code ?? `undecided: ${number}`;
}
