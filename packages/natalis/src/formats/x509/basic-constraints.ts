// SPDX-License-Identifier: Apache-2.0
// Basic constraints (RFC 5280 4.2.1.9): whether the subject is a certificate authority, and how long paths under it
// may be.

import { type DerReader, encodeBoolean, encodeInteger, encodeSequence, readExactly, tags } from "../der/index.ts";
import { x509Error } from "./errors.ts";

export interface BasicConstraints {
  /** cA: the key may sign certificates. */
  readonly isAuthority: boolean;
  /** pathLenConstraint: most intermediate certificates that may follow; it means something only with `isAuthority`. */
  readonly pathLength?: number;
}

/** @throws the NAT_DER_ errors */
export function parseBasicConstraints(value: Uint8Array): BasicConstraints {
  return readExactly(value, readBasicConstraints);
}

/** @throws NAT_X509_EXTENSION where a path length stands without cA; NAT_DER_INTEGER */
export function encodeBasicConstraints(constraints: BasicConstraints): Uint8Array {
  const { isAuthority, pathLength } = requireForm(constraints);
  return encodeSequence(
    ...(isAuthority ? [encodeBoolean(true)] : []),
    ...(pathLength === undefined ? [] : [encodeInteger(pathLength)]),
  );
}

function readBasicConstraints(reader: DerReader): BasicConstraints {
  const fields = reader.enter();
  const isAuthority = fields.falseByDefault();
  const pathLength = fields.peekTag() === tags.integer ? { pathLength: fields.smallInteger() } : {};
  fields.end();
  return { isAuthority, ...pathLength };
}

function requireForm(constraints: BasicConstraints): BasicConstraints {
  const { isAuthority, pathLength = 0 } = constraints;
  if (!isAuthority && constraints.pathLength !== undefined)
    throw x509Error("NAT_X509_EXTENSION", "a path length without cA");
  if (!Number.isInteger(pathLength) || pathLength < 0)
    throw x509Error("NAT_X509_EXTENSION", `path length ${pathLength}`);
  return constraints;
}
