// SPDX-License-Identifier: Apache-2.0
// TPMA_OBJECT (TPM 2.0 Library Part 2, 8.3): what a TPM states of an object, one bit each. Bits without a name are zero.

import { structureError } from "./errors.ts";

const bits = {
  /** It never leaves this TPM by duplication. */
  fixedTPM: 1,
  /** Its saved contexts do not outlive a restart. */
  stClear: 2,
  /** It never moves to another parent. */
  fixedParent: 4,
  /** The TPM made its secret part. */
  sensitiveDataOrigin: 5,
  userWithAuth: 6,
  adminWithPolicy: 7,
  firmwareLimited: 8,
  svnLimited: 9,
  noDA: 10,
  encryptedDuplication: 11,
  /** It signs or opens only what the TPM itself has made. */
  restricted: 16,
  decrypt: 17,
  sign: 18,
  x509sign: 19,
} as const;

export type ObjectAttribute = keyof typeof bits;

const names = Object.keys(bits) as ObjectAttribute[];

/** @throws NAT_TPM_STRUCTURE for a reserved bit */
export function readAttributes(value: number): ReadonlySet<ObjectAttribute> {
  const set = new Set(names.filter((name) => ((value >>> bits[name]) & 1) === 1));
  if (attributesValue(set) !== value) throw structureError(`reserved object attributes in 0x${value.toString(16)}`);
  return set;
}

export function attributesValue(attributes: Iterable<ObjectAttribute>): number {
  let value = 0;
  for (const name of attributes) value |= 1 << bits[name];
  return value >>> 0;
}
