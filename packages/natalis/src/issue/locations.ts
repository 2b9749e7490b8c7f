// SPDX-License-Identifier: Apache-2.0
// Where certificates say that CRLs and issuers' certificates are found (RFC 5280 sections 4.2.1.13 and 4.2.2.1).
// The addresses stand in certificates that never expire, so they hang under one permanent host and on the issuer's
// key identifier only. Plain http: who checks a certificate must not need another certificate first (section 8).

import { toHex } from "../kernel/index.ts";
import { issueError } from "./errors.ts";

/** The permanent address, as given: `http://host[:port][/path]`, without a slash at its end. @throws NAT_ISSUE_URL */
export function checkBaseUrl(baseUrl: string): string {
  const plain = baseUrl.length <= 200 && /^http:\/\/[!-~]+$/.test(baseUrl) && !/[?#@\\]|\/$/.test(baseUrl);
  if (!plain || !URL.canParse(baseUrl)) throw issueError("NAT_ISSUE_URL", "not http://host[:port][/path]");
  if (new URL(baseUrl).href.replace(/\/$/, "") !== baseUrl)
    throw issueError("NAT_ISSUE_URL", `not in normal form: ${new URL(baseUrl).href}`);
  return baseUrl;
}

/** The address of one CRL shard of the issuer with this subject key identifier. */
export function crlUrl(baseUrl: string, issuerKeyIdentifier: Uint8Array, shard: number): string {
  return `${baseUrl}/crl/${toHex(issuerKeyIdentifier)}/${shardFileName(shard)}`;
}

/** The last part of a shard's address. */
export function shardFileName(shard: number): string {
  return `${toHex(Uint8Array.of(shard))}.crl`;
}

/** The address of the issuer's own certificate, DER (RFC 5280 section 4.2.2.1, id-ad-caIssuers). */
export function caIssuersUrl(baseUrl: string, issuerKeyIdentifier: Uint8Array): string {
  return `${baseUrl}/ca/${toHex(issuerKeyIdentifier)}.cer`;
}
