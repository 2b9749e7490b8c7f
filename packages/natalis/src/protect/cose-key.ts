// SPDX-License-Identifier: Apache-2.0
// COSE_Keys inside of evidence: they name what the key is for (key_ops, RFC 9052 section 7.1), which our own never do.

import { asArray, type CborMap, encodeCbor, parseCoseKey } from "../formats/index.ts";
import { evidenceError } from "./errors.ts";

const keyOperations = 4;
const verify = 2;

/** The DER SubjectPublicKeyInfo. @throws NAT_EVIDENCE_MALFORMED, NAT_COSE_KEY and the NAT_CBOR_ errors */
export function publicKeyOfCoseKey(key: CborMap): Uint8Array {
  const operations = key.get(keyOperations);
  if (operations === undefined) return parseCoseKey(encodeCbor(key));
  if (!asArray(operations).includes(verify))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "a key that is not for verifying signatures");
  const others = [...key].filter(([label]) => label !== keyOperations);
  return parseCoseKey(encodeCbor(new Map(others)));
}
