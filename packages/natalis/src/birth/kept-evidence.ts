// SPDX-License-Identifier: Apache-2.0
// The statements of evidence that a birth came with, whole, with what they were bound to and what was found: so that
// they can be verified again years later (DESIGN 5). Deterministic CBOR (RFC 8949 section 4.2.1):
//   { 1: version, 2: [statement, ...], ? 3: nonce, ? 4: secret, ? 5: attestation key's name, ? 6: hash of the EK }
//   statement = { 1: format, 2: bytes, 3: custody, ? 4: root's name, ? 5: SHA-256 of the root, ? 6: 1 where its cap was lifted }

import { asArray, asBytes, asMap, asText, asUnsigned, type CborMap, decodeCbor, encodeCbor } from "../formats/index.ts";
import { type Hash, isNatalisError } from "../kernel/index.ts";
import { birthError } from "./errors.ts";
import {
  type EvidenceActivation,
  type EvidenceBinding,
  evidenceDigests,
  type EvidenceFinding,
  type EvidenceStatement,
} from "./evidence.ts";

/** A statement with what was found of it. */
export interface AppraisedStatement extends EvidenceStatement {
  /** After the root's cap; 1 at most without a nonce. */
  readonly custody: number;
  readonly root?: NonNullable<EvidenceFinding["root"]>;
}

export interface KeptEvidence extends Pick<EvidenceBinding, "nonce" | "activation"> {
  readonly statements: readonly AppraisedStatement[];
}

const version = 1;
const keys = { version: 1, statements: 2, nonce: 3, secret: 4, attestationKeyName: 5, endorsementKeyHash: 6 } as const;
const statementKeys = { format: 1, statement: 2, custody: 3, rootName: 4, rootHash: 5, capLifted: 6 } as const;
const maximumLength = 1 << 20;

export function encodeKeptEvidence({ statements, nonce, activation }: KeptEvidence): Uint8Array {
  return encodeCbor(
    new Map<number, Parameters<typeof encodeCbor>[0]>([
      [keys.version, version],
      [keys.statements, statements.map(statementMap)],
      ...(nonce === undefined ? [] : [[keys.nonce, nonce] as const]),
      ...(activation === undefined
        ? []
        : [
            [keys.secret, activation.secret] as const,
            [keys.attestationKeyName, activation.attestationKeyName] as const,
            [keys.endorsementKeyHash, activation.endorsementKeyHash] as const,
          ]),
    ]),
  );
}

/** Accepts what `encodeKeptEvidence` writes. @throws NAT_BIRTH_KEPT_EVIDENCE */
export function parseKeptEvidence(bytes: Uint8Array): KeptEvidence {
  try {
    const map = asMap(decodeCbor(bytes, { maximumBytes: maximumLength }), Object.values(keys));
    if (asUnsigned(map.get(keys.version)) !== version) throw birthError("NAT_BIRTH_KEPT_EVIDENCE", "its version");
    const statements = asArray(map.get(keys.statements)).map((item) =>
      statementOf(asMap(item, Object.values(statementKeys))),
    );
    const nonce = map.has(keys.nonce) ? { nonce: asBytes(map.get(keys.nonce), 32) } : {};
    return { statements, ...nonce, ...(map.has(keys.secret) && { activation: activationOf(map) }) };
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code === "NAT_BIRTH_KEPT_EVIDENCE") throw cause;
    throw birthError("NAT_BIRTH_KEPT_EVIDENCE", cause.message, cause);
  }
}

/** SHA-256 of each statement that is kept, each once, as an audit compares them with the record. @throws NAT_BIRTH_KEPT_EVIDENCE */
export function keptEvidenceDigests(bytes: Uint8Array, hash: Hash): readonly Uint8Array[] {
  const { statements } = parseKeptEvidence(bytes);
  return evidenceDigests(statements.map(({ format, statement }) => ({ format, digest: hash.sha256(statement) })));
}

function statementMap({ format, statement, custody, root }: AppraisedStatement) {
  return new Map<number, string | number | Uint8Array>([
    [statementKeys.format, format],
    [statementKeys.statement, statement],
    [statementKeys.custody, custody],
    ...(root === undefined
      ? []
      : [[statementKeys.rootName, root.name] as const, [statementKeys.rootHash, root.hash] as const]),
    ...(root?.capLifted === true ? [[statementKeys.capLifted, 1] as const] : []),
  ]);
}

function statementOf(map: CborMap): AppraisedStatement {
  const root = map.has(statementKeys.rootName)
    ? {
        root: {
          name: asText(map.get(statementKeys.rootName)),
          hash: asBytes(map.get(statementKeys.rootHash), 32),
          capLifted: map.has(statementKeys.capLifted),
        },
      }
    : {};
  return {
    format: asText(map.get(statementKeys.format)),
    statement: asBytes(map.get(statementKeys.statement)),
    custody: asUnsigned(map.get(statementKeys.custody)),
    ...root,
  };
}

function activationOf(map: CborMap): EvidenceActivation {
  return {
    secret: asBytes(map.get(keys.secret)),
    attestationKeyName: asBytes(map.get(keys.attestationKeyName)),
    endorsementKeyHash: asBytes(map.get(keys.endorsementKeyHash)),
  };
}
