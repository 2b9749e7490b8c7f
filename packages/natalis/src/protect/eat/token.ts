// SPDX-License-Identifier: Apache-2.0
// The statement of `eat`: the token as it came, a COSE_Sign1 bare or under the tags of COSE and CWT (RFC 9711, RFC 8392),
// with its certificates in x5chain if at all; or deterministic CBOR
//   { 1: token, 2: [DER certificates of the key that signed it, leaf first, at most 10] }
// for the many tokens that carry none.

import {
  asBytes,
  asMap,
  type CborKey,
  type CborValue,
  type Certificate,
  decodeCbor,
  encodeCbor,
  headerLabels,
  parseCertificate,
  parseSign1,
  parseX5chain,
  type Sign1,
} from "../../formats/index.ts";
import { parseCertificates } from "../chain/chain-statement.ts";
import { evidenceError } from "../errors.ts";
import { maximumStatementLength } from "../evidence.ts";
import { wellFormed } from "../refusal.ts";
import { type EatClaims, parseEatClaims } from "./claims.ts";

export interface EatStatement {
  readonly token: Sign1;
  readonly claims: EatClaims;
  /** Of the key that signed the token, leaf first; empty where none came along. */
  readonly certificates: readonly Certificate[];
}

const keys = { token: 1, certificates: 2 } as const;
const mapType = 5;
/** Tag 61, CWT, in its shortest form. */
const cwtTag = [0xd8, 0x3d] as const;

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseEatStatement(statement: Uint8Array): EatStatement {
  return wellFormed("no attestation token", () => {
    if (statement.length > maximumStatementLength) throw evidenceError("NAT_EVIDENCE_MALFORMED", "too long");
    if ((statement[0] ?? 0) >> 5 !== mapType) return readToken(statement, undefined);
    const map = asMap(decodeCbor(statement), Object.values(keys));
    return readToken(asBytes(map.get(keys.token)), parseCertificates(map.get(keys.certificates)));
  });
}

function readToken(bytes: Uint8Array, given: readonly Certificate[] | undefined): EatStatement {
  const isCwt = bytes[0] === cwtTag[0] && bytes[1] === cwtTag[1];
  const token = parseSign1(isCwt ? bytes.subarray(cwtTag.length) : bytes);
  return { token, claims: parseEatClaims(token.payload), certificates: given ?? certificatesIn(token) };
}

function certificatesIn({ protectedHeader, unprotectedHeader }: Sign1): readonly Certificate[] {
  const chain = protectedHeader.get(headerLabels.x5chain) ?? unprotectedHeader.get(headerLabels.x5chain);
  return chain === undefined ? [] : parseX5chain(chain).map((der) => parseCertificate(der));
}

/** A statement with the certificates that came beside its token; one that has its own keeps them. @throws NAT_EVIDENCE_MALFORMED */
export function withCertificates(statement: Uint8Array, certificates: readonly Uint8Array[]): Uint8Array {
  if (parseEatStatement(statement).certificates.length > 0) return statement;
  return encodeCbor(
    new Map<CborKey, CborValue>([
      [keys.token, statement],
      [keys.certificates, certificates],
    ]),
  );
}
