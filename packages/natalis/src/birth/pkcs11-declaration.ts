// SPDX-License-Identifier: Apache-2.0
// Evidence of format "pkcs11-declared": what a PKCS#11 token says of a key by its attributes (PKCS#11 2.40, 4.9),
// deterministic CBOR (RFC 8949 section 4.2.1). Nobody but the local library vouches for it, so it counts as the device's
// word: custody 1, whatever else it says. It names its key, and the request proves that the key is there.

import { asBytes, asMap, asText, type CborValue, decodeCbor, encodeCbor } from "../formats/index.ts";
import { equalBytes, type Hash, isNatalisError } from "../kernel/index.ts";
import { birthError } from "./errors.ts";
import { declaredCustody, type EvidenceVerifier } from "./evidence.ts";

export interface Pkcs11Declaration {
  /** SHA-256 of the canonical SPKI. */
  readonly keyHash: Uint8Array;
  /** CKA_ALWAYS_SENSITIVE: it could never be read. */
  readonly alwaysSensitive: boolean;
  /** CKA_NEVER_EXTRACTABLE: it could never be taken out wrapped. */
  readonly neverExtractable: boolean;
  /** CKA_LOCAL: it was made in the token. */
  readonly local: boolean;
  /** CK_TOKEN_INFO, without padding; at most 64 characters each. */
  readonly manufacturer: string;
  readonly model: string;
  readonly tokenSerial: string;
}

/** The name in birth records. Permanent. */
export const pkcs11DeclaredFormat = "pkcs11-declared";

/** Map keys. Permanent. */
const keys = {
  keyHash: 1,
  alwaysSensitive: 2,
  neverExtractable: 3,
  local: 4,
  manufacturer: 5,
  model: 6,
  tokenSerial: 7,
} as const;

const maximumLength = 1024;
const longestText = 64;

export function encodePkcs11Declaration(declaration: Pkcs11Declaration): Uint8Array {
  const fields = Object.entries(keys) as [keyof Pkcs11Declaration, number][];
  return encodeCbor(new Map(fields.map(([name, key]) => [key, declaration[name]])));
}

/** @throws NAT_BIRTH_EVIDENCE */
export function parsePkcs11Declaration(statement: Uint8Array): Pkcs11Declaration {
  try {
    const map = asMap(decodeCbor(statement, { maximumBytes: maximumLength }), Object.values(keys));
    return {
      keyHash: asBytes(map.get(keys.keyHash), 32),
      alwaysSensitive: asBoolean(map.get(keys.alwaysSensitive)),
      neverExtractable: asBoolean(map.get(keys.neverExtractable)),
      local: asBoolean(map.get(keys.local)),
      manufacturer: asText(map.get(keys.manufacturer), longestText),
      model: asText(map.get(keys.model), longestText),
      tokenSerial: asText(map.get(keys.tokenSerial), longestText),
    };
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code === "NAT_BIRTH_EVIDENCE") throw cause;
    throw birthError("NAT_BIRTH_EVIDENCE", `no PKCS#11 declaration: ${cause.message}`, cause);
  }
}

/** Proves custody 1 of keys that a token declares to be made in it and unable to leave it. */
export function pkcs11DeclaredVerifier(hash: Hash): EvidenceVerifier {
  return {
    format: pkcs11DeclaredFormat,
    verify(statement, { publicKey }) {
      const declared = parsePkcs11Declaration(statement);
      const { keyHash, alwaysSensitive, neverExtractable, local, manufacturer, model } = declared;
      if (!equalBytes(keyHash, hash.sha256(publicKey)))
        throw birthError("NAT_BIRTH_EVIDENCE", "the declaration is of another key");
      if (!alwaysSensitive || !neverExtractable || !local)
        throw birthError(
          "NAT_BIRTH_EVIDENCE",
          "the token does not declare that the key was made in it and cannot leave",
        );
      const details = [["token serial number", declared.tokenSerial]] as const;
      return { custody: declaredCustody, hardware: { manufacturer, model }, details };
    },
  };
}

function asBoolean(value: CborValue | undefined): boolean {
  if (typeof value !== "boolean") throw birthError("NAT_BIRTH_EVIDENCE", "a flag is absent or no boolean");
  return value;
}
