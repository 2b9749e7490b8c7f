// SPDX-License-Identifier: Apache-2.0
// COSE_Keys inside of evidence: they name what the key is for (key_ops, RFC 9052 section 7.1), and some give a point by
// one coordinate. Our own do neither.

import {
  asArray,
  asBytes,
  type CborKey,
  type CborMap,
  type CborValue,
  encodeCbor,
  parseCoseKey,
} from "../formats/index.ts";
import { yOfPoint } from "./compressed-point.ts";
import { evidenceError } from "./errors.ts";

const labels = { keyType: 1, keyOperations: 4, curve: -1, x: -2, y: -3 } as const;
const ec2 = 2;
const verify = 2;

/** The DER SubjectPublicKeyInfo. @throws NAT_EVIDENCE_MALFORMED, NAT_COSE_KEY and the NAT_CBOR_ errors */
export function publicKeyOfCoseKey(key: CborMap): Uint8Array {
  const operations = key.get(labels.keyOperations);
  if (operations !== undefined && !asArray(operations).includes(verify))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "a key that is not for verifying signatures");
  const others = [...key].filter(([label]) => label !== labels.keyOperations);
  return parseCoseKey(encodeCbor(withWholePoint(new Map(others))));
}

function withWholePoint(key: Map<CborKey, CborValue>): CborMap {
  const [curve, y] = [key.get(labels.curve), key.get(labels.y)];
  if (key.get(labels.keyType) !== ec2 || typeof curve !== "number" || typeof y !== "boolean") return key;
  return key.set(labels.y, yOfPoint(curve, asBytes(key.get(labels.x)), y));
}
