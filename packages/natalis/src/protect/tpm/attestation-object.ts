// SPDX-License-Identifier: Apache-2.0
// The attestation object of WebAuthn (Level 3, 6.5.4) with a TPM statement (8.3), as browsers make it and as the ACME
// challenge device-attest-01 carries it, without authenticator data there.
// CBOR as foreign writers order it: keys in any order, never twice.

import {
  asArray,
  asBytes,
  asInteger,
  asMap,
  asText,
  type CborMap,
  decodeCbor,
  decodeCborSequence,
  encodeBitString,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodeSequence,
  parseCoseKey,
} from "../../formats/index.ts";
import { evidenceError } from "../errors.ts";
import { maximumStatementLength } from "../evidence.ts";
import { wellFormed } from "../refusal.ts";

export interface WebauthnTpmStatement {
  /** COSE algorithm of the signature. */
  readonly algorithm: number;
  /** DER: the attestation key's certificate first. */
  readonly certificates: readonly Uint8Array[];
  readonly signature: Uint8Array;
  /** TPMS_ATTEST */
  readonly certInfo: Uint8Array;
  /** TPMT_PUBLIC */
  readonly pubArea: Uint8Array;
  /** As it was signed over; empty where there is none. */
  readonly authenticatorData: Uint8Array;
  readonly credential?: AttestedCredential | undefined;
}

/** Attested credential data (6.5.1). */
export interface AttestedCredential {
  readonly aaguid: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

const maximumBytes = maximumStatementLength;
const objectKeys = ["fmt", "attStmt", "authData"];
const statementKeys = ["ver", "alg", "x5c", "sig", "certInfo", "pubArea"];

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseAttestationObject(bytes: Uint8Array): WebauthnTpmStatement {
  return wellFormed("no WebAuthn attestation object", () => {
    const object = asMap(decodeCbor(bytes, { maximumBytes, maximumDepth: 4, anyKeyOrder: true }), objectKeys);
    if (asText(object.get("fmt")) !== "tpm") throw malformed("of another format");
    const authenticatorData = object.has("authData") ? asBytes(object.get("authData")) : new Uint8Array(0);
    const credential = authenticatorData.length === 0 ? undefined : readAuthenticatorData(authenticatorData);
    return { ...readStatement(asMap(object.get("attStmt"), statementKeys)), authenticatorData, credential };
  });
}

function readStatement(statement: CborMap): Omit<WebauthnTpmStatement, "authenticatorData" | "credential"> {
  if (asText(statement.get("ver")) !== "2.0") throw malformed("not of TPM 2.0");
  return {
    algorithm: asInteger(statement.get("alg")),
    certificates: asArray(statement.get("x5c")).map((one) => asBytes(one)),
    signature: asBytes(statement.get("sig")),
    certInfo: asBytes(statement.get("certInfo")),
    pubArea: asBytes(statement.get("pubArea")),
  };
}

const flags = { attestedCredential: 0x40, extensions: 0x80 } as const;
/** rpIdHash, flags, signCount */
const headOctets = 37;
const aaguidOctets = 16;
const longestCredentialId = 1023;

/** 6.1, with attested credential data: at registration it must be there. */
function readAuthenticatorData(data: Uint8Array): AttestedCredential {
  const flag = data[32] ?? 0;
  const idAt = headOctets + aaguidOctets + 2;
  if (data.length < idAt || (flag & flags.attestedCredential) === 0) throw malformed("no attested credential data");
  const idLength = ((data[idAt - 2] as number) << 8) | (data[idAt - 1] as number);
  if (idLength > longestCredentialId || data.length < idAt + idLength) throw malformed("no credential id");
  const limits = { maximumBytes, maximumDepth: 4, maximumItems: 2, anyKeyOrder: true };
  const [key, extensions] = decodeCborSequence(data.subarray(idAt + idLength), limits);
  if (key === undefined || (extensions !== undefined) !== ((flag & flags.extensions) !== 0))
    throw malformed("no credential public key, or something behind it");
  return { aaguid: data.subarray(headOctets, headOctets + aaguidOctets), publicKey: readCredentialKey(key) };
}

const cose = { keyType: 1, algorithm: 3, modulus: -1, exponent: -2, rsa: 3 } as const;

/** RSA as RFC 8230 section 4 writes it, which nothing else of ours carries. */
function readCredentialKey(bytes: Uint8Array): Uint8Array {
  const key = asMap(decodeCbor(bytes, { maximumBytes, anyKeyOrder: true }));
  if (key.get(cose.keyType) !== cose.rsa) return parseCoseKey(bytes);
  const parts = [cose.modulus, cose.exponent].map((label) => encodeInteger(asBytes(key.get(label))));
  const algorithm = encodeSequence(encodeOid("1.2.840.113549.1.1.1"), encodeNull());
  return encodeSequence(algorithm, encodeBitString(encodeSequence(...parts)));
}

function malformed(detail: string): Error {
  return evidenceError("NAT_EVIDENCE_MALFORMED", detail);
}
