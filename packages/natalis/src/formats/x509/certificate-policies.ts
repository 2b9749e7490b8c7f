// SPDX-License-Identifier: Apache-2.0
// Certificate policies (RFC 5280 4.2.1.4). Qualifiers are notices for people: they are checked for being DER and
// not handed on. Where the extension is critical, they have to be of the kinds that are known.

import {
  checkDer,
  type DerReader,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  readExactly,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";

/** Far more than any certificate names; each is work on every path below it (CVE-2023-0464). */
const maxPolicies = 256;

export interface PolicyOptions {
  /** Refuses qualifiers other than a practice statement's address and a user notice. */
  readonly knownQualifiersOnly?: boolean;
}

/** CPS and user notice. */
const knownQualifiers: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"]);

/** The policies, as OIDs in their order. @throws NAT_X509_EXTENSION where there are none, too many, or one twice; the NAT_DER_ errors */
export function parseCertificatePolicies(value: Uint8Array, options: PolicyOptions = {}): readonly string[] {
  return requireSet(readExactly(value, (reader) => readPolicies(reader, options)));
}

/** @throws NAT_X509_EXTENSION as above; NAT_DER_OID */
export function encodeCertificatePolicies(policies: readonly string[]): Uint8Array {
  return encodeSequenceOf(requireSet(policies).map((policy) => encodeSequence(encodeOid(policy))));
}

function readPolicies(reader: DerReader, options: PolicyOptions): string[] {
  const policies: string[] = [];
  for (const list = reader.enter(); list.remaining > 0; ) {
    if (policies.length === maxPolicies) throw x509Error("NAT_X509_EXTENSION", `more than ${maxPolicies} policies`);
    policies.push(readPolicy(list.enter(), options));
  }
  return policies;
}

function readPolicy(fields: DerReader, options: PolicyOptions): string {
  const policy = fields.oid();
  if (fields.remaining > 0) readQualifiers(fields.enter(), options);
  fields.end();
  return policy;
}

function readQualifiers(list: DerReader, { knownQualifiersOnly = false }: PolicyOptions): void {
  do {
    const fields = list.enter(tags.sequence);
    const kind = fields.oid();
    if (knownQualifiersOnly && !knownQualifiers.has(kind)) throw x509Error("NAT_X509_EXTENSION", `qualifier ${kind}`);
    checkDer(fields.readRaw());
    fields.end();
  } while (list.remaining > 0);
}

function requireSet(policies: readonly string[]): readonly string[] {
  if (policies.length === 0 || new Set(policies).size !== policies.length)
    throw x509Error("NAT_X509_EXTENSION", `${policies.length} policies, none or one twice`);
  return policies;
}
