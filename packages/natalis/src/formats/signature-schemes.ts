// SPDX-License-Identifier: Apache-2.0
// How a foreign certificate, list or response is signed: its AlgorithmIdentifier and the issuer's key say it together,
// and neither alone. On a hot path, so octets are compared with the table's before anything is parsed.

import { equalBytes, type SignatureScheme, toHex } from "../kernel/index.ts";
import { algorithmError } from "./errors.ts";
import { type KeyFacts, readKeyFacts } from "./key-facts.ts";
import { readPssIdentifier } from "./pss-parameters.ts";
import { pssScheme, type SchemeRow, schemeTable } from "./scheme-table.ts";
import { hasSmallOrderPoint } from "./small-order-points.ts";

const everyRow: readonly SchemeRow[] = Object.values(schemeTable).flat();
const digestLengths = { "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 } as const;

/**
 * The scheme of a DER signature AlgorithmIdentifier under this SubjectPublicKeyInfo; undefined where the identifier is
 * for another kind of key, or for what this one is not allowed (RFC 4055 section 3).
 * @throws NAT_ALGORITHM_UNKNOWN for either that is not of the table, NAT_ALGORITHM_KEY
 */
export function signatureSchemeFor(
  signatureIdentifier: Uint8Array,
  publicKey: Uint8Array,
): SignatureScheme | undefined {
  return signatureSchemeUnder(signatureIdentifier, readKeyFacts(publicKey));
}

/** `signatureSchemeFor` with a key that was read before. @throws NAT_ALGORITHM_UNKNOWN */
export function signatureSchemeUnder(signatureIdentifier: Uint8Array, key: KeyFacts): SignatureScheme | undefined {
  const scheme = schemeIn(schemeTable[key.kind], signatureIdentifier) ?? otherPssScheme(signatureIdentifier);
  if (scheme !== undefined) return isKeyFor(key, scheme) ? scheme : undefined;
  if (schemeIn(everyRow, signatureIdentifier) !== undefined) return undefined;
  const shown = toHex(signatureIdentifier.subarray(0, 32));
  throw algorithmError("NAT_ALGORITHM_UNKNOWN", `signature with the identifier ${shown}`);
}

/** Whether signatures by this scheme can be this key's. */
export function isKeyFor(key: KeyFacts, scheme: SignatureScheme): boolean {
  if (key.kind !== scheme.key) return false;
  if (key.kind !== "RSA") return true;
  return scheme.padding === "PSS"
    ? isKeyForPss(key, scheme)
    : scheme.padding !== undefined && key.padding === undefined;
}

/**
 * Whether scheme, key and signature can belong together. Every verifier asks before it computes anything, so that they
 * all refuse alike what libraries treat differently: short RSA signatures and points of small order.
 */
export function canVerify(
  scheme: SignatureScheme,
  key: KeyFacts,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!isKeyFor(key, scheme)) return false;
  if (key.signatureLength !== undefined && key.signatureLength !== signature.length) return false;
  return !hasSmallOrderPoint(key.kind, publicKey, signature);
}

function schemeIn(table: readonly SchemeRow[], identifier: Uint8Array): SignatureScheme | undefined {
  for (const row of table) if (equalBytes(row.identifier, identifier)) return row.scheme;
  return undefined;
}

function otherPssScheme(identifier: Uint8Array): SignatureScheme | undefined {
  const parameters = readPssIdentifier(identifier);
  return parameters && pssScheme(parameters);
}

/** RFC 8017 9.1.1: digest, salt and two octets fit the modulus. */
function isKeyForPss({ bits, pss }: KeyFacts, { digest, saltLength = 0 }: SignatureScheme): boolean {
  if (digest === undefined || digestLengths[digest] + saltLength + 2 > Math.ceil((bits - 1) / 8)) return false;
  return pss === undefined || (digest === pss.digest && saltLength >= pss.saltLength);
}
