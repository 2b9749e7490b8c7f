// SPDX-License-Identifier: Apache-2.0
// What path validation and revocation lists refuse. The order of pathErrors is the order of the checks' say when
// several paths fail: the later an error stands, the more it tells (see rank.ts).

import { errorFactory } from "../kernel/index.ts";

export const pathErrors = {
  NAT_PATH_ISSUER_UNKNOWN: "No path leads from the certificate to a trust anchor.",
  NAT_PATH_ALGORITHM: "The certificate's signature algorithm is not one that its issuer's key is for.",
  NAT_PATH_SIGNATURE: "The certificate's signature does not verify under its issuer's key (RFC 5280 6.1.3 a 1).",
  NAT_PATH_WEAK:
    "Only the legacy policy takes it: a signature with SHA-1 or under a forbidden identifier, or an RSA key below 2048 bits.",
  NAT_PATH_NOT_AUTHORITY: "A certificate that issued another one is no CA certificate (RFC 5280 6.1.4 k).",
  NAT_PATH_KEY_USAGE: "A certificate that issued another one may not sign certificates (RFC 5280 6.1.4 n).",
  NAT_PATH_LENGTH: "The path is longer than a CA certificate in it allows (RFC 5280 6.1.4 l, m).",
  NAT_PATH_EXTENSION:
    "A certificate of the path carries a critical extension that is not processed (RFC 5280 6.1.4 o, 6.1.5 f).",
  NAT_PATH_PROVISIONAL:
    "The path leads through a station's authority: its certificates count only with proof that they are registered.",
  NAT_PATH_NAME_CONSTRAINTS:
    "A certificate of the path has a name that an authority above it may not certify (RFC 5280 6.1.3 b, c).",
  NAT_PATH_CONFORMANCE:
    "A certificate of the path is not as conforming authorities have to issue it (RFC 5280 4), and that was asked for.",
  NAT_PATH_NOT_YET_VALID: "A certificate of the path is not valid yet (RFC 5280 6.1.3 a 2).",
  NAT_PATH_EXPIRED: "A certificate of the path has expired (RFC 5280 6.1.3 a 2).",
  NAT_PATH_POLICY: "The path holds under none of the required certificate policies (RFC 5280 6.1.3 f, 6.1.5 g).",
  NAT_PATH_PURPOSE: "The path is not for the required purpose (extended key usage, RFC 5280 4.2.1.12).",
  NAT_PATH_NAME: "The certificate is not of the name that was expected (RFC 9525 6; IEEE 802.1AR 8).",
  NAT_PATH_NAME_FORM: "An expected name is none that a certificate could have: the caller's mistake.",
  NAT_PATH_DEPTH: "Every path has more CA certificates between than the caller allows.",
  NAT_PATH_BUDGET: "Path building was stopped: the certificates given ask for more work than any honest path needs.",
} as const;

export const pathError = errorFactory(pathErrors);

export const crlErrors = {
  NAT_CRL_SCOPE: "The revocation list does not cover the certificate (distribution points, RFC 5280 6.3.3 b).",
  NAT_CRL_ISSUER: "No certificate is given of the key that the revocation list was signed with (RFC 5280 6.3.3 f).",
  NAT_CRL_KEY_USAGE: "The key that the revocation list is by may not sign revocation lists (RFC 5280 6.3.3 f).",
  NAT_CRL_ALGORITHM: "The revocation list is signed with another algorithm than its issuer's key is for.",
  NAT_CRL_WEAK: "The revocation list is signed with an algorithm or a key that is too weak to be believed.",
  NAT_CRL_SIGNATURE: "The revocation list's signature does not verify under its issuer's key (RFC 5280 6.3.3 g).",
  NAT_CRL_SIGNER: "The certificate that the revocation list is signed by does not hold itself (RFC 5280 6.3.3 f).",
  NAT_CRL_EXTENSION:
    "The revocation list has a critical extension that is not processed here, or one out of its place (RFC 5280 5.2).",
  NAT_CRL_NUMBER: "The revocation list has no number of its own, or a critical one (RFC 5280 5.2.3).",
  NAT_CRL_REPEATED: "The revocation list names a certificate more than once.",
  NAT_CRL_DELTA: "The delta list goes with none of the complete lists given (RFC 5280 5.2.4, 6.3.3 c).",
  NAT_CRL_REASONS: "The revocation lists given do not cover all reasons for a revocation (RFC 5280 6.3.3 l).",
  NAT_CRL_NOT_CURRENT: "The revocation list is not in its time: too old, not of that time yet, or without next update.",
} as const;

export const crlError = errorFactory(crlErrors);
