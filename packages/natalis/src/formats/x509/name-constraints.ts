// SPDX-License-Identifier: Apache-2.0
// Name constraints (RFC 5280 4.2.1.10): the subtrees of names that an authority's certificates must, or must not, be
// of. A subtree is written as a general name whose syntax is not that of a name: an address range, a domain.

import {
  contextTag,
  type DerReader,
  encodeIa5String,
  encodeInteger,
  encodeSequence,
  encodeTagLengthValue,
  readExactly,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeGeneralName, type GeneralName, kindTags, readGeneralName } from "./general-name.ts";
import { isHostName } from "./host-name.ts";
import { parseMailbox } from "./mailbox.ts";

export type SubtreeBase =
  /**
   * dns: a host name, and all names below it; behind a period, which RFC 5280 does not know, only those below it; empty
   * means every name. email: a mailbox, a host, or behind a period a
   * domain, which is every host below it but not itself. uri: a host or a domain.
   */
  | { readonly kind: "dns" | "email" | "uri"; readonly value: string }
  /** Both of 4 or of 16 octets; the mask is ones before zeros (RFC 4632). */
  | { readonly kind: "ip"; readonly address: Uint8Array; readonly mask: Uint8Array }
  | Exclude<GeneralName, { readonly kind: "dns" | "email" | "uri" | "ip" }>;

export interface GeneralSubtree {
  readonly base: SubtreeBase;
  /** Other than 0 (absent) in no profile in use. */
  readonly minimum?: number;
  /** In no profile in use. */
  readonly maximum?: number;
}

export interface NameConstraints {
  /** Empty where the field is absent. */
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}

/** Of both lists together: the longest known in the field have about a thousand. */
const maxSubtrees = 4096;

/** @throws NAT_X509_EXTENSION NAT_X509_GENERAL_NAME NAT_X509_NAME and the NAT_DER_ errors */
export function parseNameConstraints(value: Uint8Array): NameConstraints {
  return requireSubtrees(readExactly(value, readNameConstraints));
}

/** @throws as `parseNameConstraints` */
export function encodeNameConstraints(constraints: NameConstraints): Uint8Array {
  const { permitted, excluded } = requireSubtrees(constraints);
  return encodeSequence(...encodeSubtrees(contextTag(0), permitted), ...encodeSubtrees(contextTag(1), excluded));
}

function readNameConstraints(reader: DerReader): NameConstraints {
  const fields = reader.enter();
  const permitted = readSubtrees(fields, contextTag(0));
  const excluded = readSubtrees(fields, contextTag(1));
  fields.end();
  return { permitted, excluded };
}

function requireSubtrees(constraints: NameConstraints): NameConstraints {
  const count = constraints.permitted.length + constraints.excluded.length;
  if (count === 0 || count > maxSubtrees) throw x509Error("NAT_X509_EXTENSION", `${count} subtrees`);
  return constraints;
}

function readSubtrees(fields: DerReader, tag: number): GeneralSubtree[] {
  const list = fields.optional(tag);
  if (list === undefined) return [];
  if (list.remaining === 0) throw x509Error("NAT_X509_EXTENSION", "an empty list of subtrees");
  const subtrees: GeneralSubtree[] = [];
  while (list.remaining > 0 && subtrees.length <= maxSubtrees) subtrees.push(readSubtree(list.enter()));
  return subtrees;
}

function encodeSubtrees(tag: number, subtrees: readonly GeneralSubtree[]): Uint8Array[] {
  return subtrees.length === 0 ? [] : [encodeTagLengthValue(tag, ...subtrees.map(encodeSubtree))];
}

function readSubtree(fields: DerReader): GeneralSubtree {
  const base = readBase(fields);
  const minimum = readDistance(fields, contextTag(0, false)) || undefined;
  const maximum = readDistance(fields, contextTag(1, false));
  fields.end();
  return { base, ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

function encodeSubtree({ base, minimum = 0, maximum }: GeneralSubtree): Uint8Array {
  return encodeSequence(
    encodeBase(base),
    ...(minimum === 0 ? [] : [encodeInteger(requireDistance(minimum), contextTag(0, false))]),
    ...(maximum === undefined ? [] : [encodeInteger(requireDistance(maximum), contextTag(1, false))]),
  );
}

function readDistance(fields: DerReader, tag: number): number | undefined {
  return fields.peekTag() === tag ? fields.smallInteger(tag) : undefined;
}

function requireDistance(distance: number): number {
  if (!Number.isInteger(distance) || distance < 0 || distance > 0x7fff_ffff)
    throw x509Error("NAT_X509_EXTENSION", `a distance of ${distance}`);
  return distance;
}

function readBase(fields: DerReader): SubtreeBase {
  const tag = fields.peekTag();
  if (tag === kindTags.ip) return readRange(fields.octetString(tag));
  for (const kind of ["dns", "email", "uri"] as const)
    if (tag === kindTags[kind]) return { kind, value: requireSyntax(kind, fields.ia5(tag)) };
  // The kinds that this cast leaves out were read above.
  return readGeneralName(fields) as SubtreeBase;
}

function encodeBase(base: SubtreeBase): Uint8Array {
  const tag = kindTags[base.kind];
  switch (base.kind) {
    case "ip":
      requireRange(base);
      return encodeTagLengthValue(tag, base.address, base.mask);
    case "dns":
    case "email":
    case "uri":
      return encodeIa5String(requireSyntax(base.kind, base.value), tag);
    default:
      return encodeGeneralName(base);
  }
}

const isDomain = (text: string) => text.startsWith(".") && isHostName(text.slice(1));

/** What a subtree of each kind may be written as. */
const syntaxes = {
  dns: (text: string) => text === "" || isHostName(text) || isDomain(text),
  email: (text: string) => isHostName(text) || isDomain(text) || parseMailbox(text) !== undefined,
  uri: (text: string) => isHostName(text) || isDomain(text),
} as const;

function requireSyntax(kind: keyof typeof syntaxes, text: string): string {
  if (!syntaxes[kind](text))
    throw x509Error("NAT_X509_EXTENSION", `a ${kind} subtree ${JSON.stringify(text.slice(0, 100))}`);
  return text;
}

function readRange(octets: Uint8Array): SubtreeBase {
  const half = octets.length >> 1;
  return requireRange({ kind: "ip", address: octets.subarray(0, half), mask: octets.subarray(half) });
}

function requireRange(range: Extract<SubtreeBase, { kind: "ip" }>): Extract<SubtreeBase, { kind: "ip" }> {
  const { address, mask } = range;
  if ((address.length !== 4 && address.length !== 16) || mask.length !== address.length)
    throw x509Error("NAT_X509_EXTENSION", `an address of ${address.length} octets with a mask of ${mask.length}`);
  if (!isPrefixMask(mask)) throw x509Error("NAT_X509_EXTENSION", "an address mask with zeros before ones");
  return range;
}

/** Whether no bit is set behind one that is not. */
function isPrefixMask(mask: Uint8Array): boolean {
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, "0")).join("");
  return !bits.includes("01");
}
