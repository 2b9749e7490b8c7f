// SPDX-License-Identifier: Apache-2.0
// A device key outside of its TPM, as the TPM wrapped it: no secret, since no other TPM can open it. A deterministic
// CBOR map: 1 TPMT_PUBLIC, 2 content of TPM2B_PRIVATE.

import { asBytes, asMap, decodeCbor, encodeCbor } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { parsePublicArea } from "natalis/protect";
import type { WrappedObject } from "./commands.ts";
import { tpmError } from "./errors.ts";

const keys = { publicArea: 1, privateArea: 2 } as const;
const maximumBytes = 4096;

export function encodeWrappedKey({ publicArea, privateArea }: WrappedObject): Uint8Array {
  return encodeCbor(
    new Map([
      [keys.publicArea, publicArea],
      [keys.privateArea, privateArea],
    ]),
  );
}

/** @throws NAT_TPM_KEY */
export function parseWrappedKey(bytes: Uint8Array): WrappedObject {
  try {
    const map = asMap(decodeCbor(bytes, { maximumBytes, maximumDepth: 1 }), Object.values(keys));
    const publicArea = asBytes(map.get(keys.publicArea));
    parsePublicArea(publicArea);
    return { publicArea, privateArea: asBytes(map.get(keys.privateArea)) };
  } catch (cause) {
    if (!isNatalisError(cause)) throw cause;
    throw tpmError("NAT_TPM_KEY", cause.message, cause);
  }
}
