// SPDX-License-Identifier: Apache-2.0
// Policy constraints (RFC 5280 4.2.1.11) and inhibit anyPolicy (4.2.1.14): after how many more certificates a policy
// must be named, may no longer be mapped, or may no longer be any.

import { contextTag, type DerReader, encodeInteger, encodeSequence, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";

export interface PolicyConstraints {
  /** How many more certificates may stand before a policy is required. */
  readonly requireExplicitPolicy?: number;
  /** How many more certificates may map policies. */
  readonly inhibitPolicyMapping?: number;
}

const explicitTag = contextTag(0, false);
const mappingTag = contextTag(1, false);

/** @throws NAT_X509_EXTENSION where neither is there; the NAT_DER_ errors */
export function parsePolicyConstraints(value: Uint8Array): PolicyConstraints {
  return requireSome(readExactly(value, readPolicyConstraints));
}

/** @throws NAT_X509_EXTENSION where neither is given; NAT_DER_INTEGER */
export function encodePolicyConstraints(constraints: PolicyConstraints): Uint8Array {
  const { requireExplicitPolicy, inhibitPolicyMapping } = requireSome(constraints);
  return encodeSequence(
    ...(requireExplicitPolicy === undefined ? [] : [encodeInteger(requireExplicitPolicy, explicitTag)]),
    ...(inhibitPolicyMapping === undefined ? [] : [encodeInteger(inhibitPolicyMapping, mappingTag)]),
  );
}

/** SkipCerts: how many more certificates may stand before anyPolicy is no longer taken. @throws the NAT_DER_ errors */
export function parseInhibitAnyPolicy(value: Uint8Array): number {
  return readExactly(value, (reader) => reader.smallInteger());
}

export function encodeInhibitAnyPolicy(skipCertificates: number): Uint8Array {
  return encodeInteger(skipCertificates);
}

function readPolicyConstraints(reader: DerReader): PolicyConstraints {
  const fields = reader.enter();
  const explicit = fields.peekTag() === explicitTag ? { requireExplicitPolicy: fields.smallInteger(explicitTag) } : {};
  const mapping = fields.peekTag() === mappingTag ? { inhibitPolicyMapping: fields.smallInteger(mappingTag) } : {};
  fields.end();
  return { ...explicit, ...mapping };
}

/** 4.2.1.11: conforming authorities must not issue an empty sequence. */
function requireSome(constraints: PolicyConstraints): PolicyConstraints {
  if (constraints.requireExplicitPolicy === undefined && constraints.inhibitPolicyMapping === undefined)
    throw x509Error("NAT_X509_EXTENSION", "policy constraints without any");
  return constraints;
}
