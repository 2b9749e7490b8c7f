// SPDX-License-Identifier: Apache-2.0
// COSE_Key (RFC 9052 section 7) of public keys: EC2 and OKP as RFC 9053 section 7, AKP for ML-DSA as RFC 9964.
// A private part is refused: what should be public and carries one is a leak, not a key.

import { concatBytes, type SignatureAlgorithm } from "../../kernel/index.ts";
import { algorithmOfPublicKey, algorithms, publicKeyInfo, rawPublicKey } from "../algorithms.ts";
import { asBytes, asMap, type CborKey, type CborMap, type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { coseError } from "./errors.ts";

const labels = { keyType: 1, keyId: 2, algorithm: 3, curve: -1, publicKey: -1, x: -2, y: -3 } as const;
const keyTypes = { okp: 1, ec2: 2, akp: 7 } as const;
const uncompressed = Uint8Array.of(0x04);

/** Curves (RFC 9053 section 7.1) and the algorithm that each serves here. */
const curves = [
  { curve: 1, keyType: keyTypes.ec2, algorithm: algorithms.ES256 },
  { curve: 2, keyType: keyTypes.ec2, algorithm: algorithms.ES384 },
  { curve: 6, keyType: keyTypes.okp, algorithm: algorithms.EdDSA },
] as const;

/** The deterministic COSE_Key of a DER SubjectPublicKeyInfo. @throws NAT_ALGORITHM_UNKNOWN */
export function encodeCoseKey(publicKey: Uint8Array): Uint8Array {
  const algorithm = algorithmOfPublicKey(publicKey);
  const raw = rawPublicKey(algorithm, publicKey);
  return encodeCbor(new Map<CborKey, CborValue>(keyParameters(algorithm, raw)));
}

/**
 * The DER SubjectPublicKeyInfo of a COSE_Key. A key id is ignored; an `alg`, where present, must fit the key.
 * @throws NAT_COSE_KEY and the NAT_CBOR_ errors
 */
export function parseCoseKey(bytes: Uint8Array): Uint8Array {
  const key = asMap(decodeCbor(bytes, { anyKeyOrder: true, maximumBytes: 8192 }));
  const keyType = key.get(labels.keyType);
  if (keyType === keyTypes.akp) return parseAkp(key);
  const curve = curves.find((row) => row.keyType === keyType && row.curve === key.get(labels.curve));
  if (curve === undefined) throw coseError("NAT_COSE_KEY", "unknown key type or curve");
  return curve.keyType === keyTypes.ec2 ? parseEc2(key, curve.algorithm) : parseOkp(key, curve.algorithm);
}

function keyParameters(algorithm: SignatureAlgorithm, raw: Uint8Array): [CborKey, CborValue][] {
  const row = curves.find((candidate) => candidate.algorithm === algorithm);
  if (row === undefined)
    return [
      [labels.keyType, keyTypes.akp],
      [labels.algorithm, algorithm.coseAlgorithm],
      [labels.publicKey, raw],
    ];
  const head: [CborKey, CborValue][] = [
    [labels.keyType, row.keyType],
    [labels.curve, row.curve],
  ];
  if (row.keyType === keyTypes.okp) return [...head, [labels.x, raw]];
  const middle = (raw.length + 1) / 2;
  return [...head, [labels.x, raw.subarray(1, middle)], [labels.y, raw.subarray(middle)]];
}

/** RFC 9964 section 3: `alg` is required and names the key's one algorithm. */
function parseAkp(key: CborMap): Uint8Array {
  requireOnly(key, [labels.publicKey]);
  const algorithm = Object.values(algorithms).find((row) => row.coseAlgorithm === key.get(labels.algorithm));
  if (algorithm === undefined || curves.some((row) => row.algorithm === algorithm))
    throw coseError("NAT_COSE_KEY", "an AKP key without an ML-DSA algorithm");
  return keyInfo(algorithm, asBytes(key.get(labels.publicKey)));
}

function parseOkp(key: CborMap, algorithm: SignatureAlgorithm): Uint8Array {
  requireOnly(key, [labels.curve, labels.x]);
  requireAlgorithm(key, algorithm);
  return keyInfo(algorithm, asBytes(key.get(labels.x)));
}

/** Compressed points (y a boolean) are refused: a key has one form here. */
function parseEc2(key: CborMap, algorithm: SignatureAlgorithm): Uint8Array {
  requireOnly(key, [labels.curve, labels.x, labels.y]);
  requireAlgorithm(key, algorithm);
  const x = asBytes(key.get(labels.x), algorithm.ecdsaIntegerLength);
  const y = asBytes(key.get(labels.y), algorithm.ecdsaIntegerLength);
  return keyInfo(algorithm, concatBytes(uncompressed, x, y));
}

function requireOnly(key: CborMap, parameters: readonly CborKey[]): void {
  const allowed: readonly CborKey[] = [labels.keyType, labels.keyId, labels.algorithm, ...parameters];
  for (const label of key.keys())
    if (!allowed.includes(label)) throw coseError("NAT_COSE_KEY", `parameter ${label} in a public key`);
}

function requireAlgorithm(key: CborMap, algorithm: SignatureAlgorithm): void {
  const named = key.get(labels.algorithm);
  if (named !== undefined && !algorithm.coseAccepted.some((accepted) => accepted === named))
    throw coseError("NAT_COSE_KEY", `an algorithm that is not ${algorithm.name}'s`);
}

function keyInfo(algorithm: SignatureAlgorithm, raw: Uint8Array): Uint8Array {
  if (raw.length !== algorithm.publicKeyLength)
    throw coseError("NAT_COSE_KEY", `${raw.length} bytes of key for ${algorithm.name}`);
  return publicKeyInfo(algorithm, raw);
}
