// SPDX-License-Identifier: Apache-2.0
// Distinguished names (RFC 5280 4.1.2.4): any legal name is read; written are names of one attribute a relative name,
// UTF8String unless the attribute's own syntax is another.

import { toHex } from "../../kernel/index.ts";
import {
  checkDer,
  checkString,
  type DerReader,
  decodeString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeSetOf,
  encodeTagLengthValue,
  encodeUtf8String,
  isStringTag,
  readExactly,
  tags,
} from "../der/index.ts";
import { encodeUtf8 } from "../../kernel/index.ts";
import { x509Error } from "./errors.ts";
import { oids } from "./object-identifiers.ts";
import type { CertificateTolerance } from "./tolerance.ts";

export interface NameAttribute {
  readonly oid: string;
  /** Tag of the value, in most names one of the string types. */
  readonly tag: number;
  /** Text of the value; "#" and the hexadecimal DER of a value that is no string (RFC 4514 2.4). */
  readonly value: string;
}

export interface Name {
  /** The whole encoding, by which names are compared first. */
  readonly der: Uint8Array;
  /** Relative distinguished names from the root down, each a set of attributes; none in an empty name. */
  readonly relativeNames: readonly (readonly NameAttribute[])[];
}

/** What `encodeName` is given for one attribute. */
export interface NameAttributeInput {
  readonly oid: string;
  readonly value: string;
  /** A string type of `tags`; by default the one that the attribute's definition asks for, else UTF8String. */
  readonly tag?: number;
}

/** Attributes whose definition fixes the string type (RFC 5280 A.1); all others are DirectoryString. */
const fixedTypes: ReadonlyMap<string, number> = new Map<string, number>([
  [oids.serialNumber, tags.printableString],
  [oids.countryName, tags.printableString],
  [oids.dnQualifier, tags.printableString],
  [oids.emailAddress, tags.ia5String],
  [oids.domainComponent, tags.ia5String],
]);

/** @throws NAT_X509_NAME and the NAT_DER_ errors */
export function parseName(der: Uint8Array): Name {
  return readExactly(der, (reader) => readName(reader));
}

/** Reads a Name where it stands inside another structure. @throws as `parseName` */
export function readName(reader: DerReader, tolerance?: CertificateTolerance): Name {
  const der = reader.readRaw(tags.sequence);
  const name = new ReadName(der, tolerance);
  // The order of several attributes takes their encodings to compare: those names are read at once.
  if (!readExactly(der, areSingleAttributes)) void name.relativeNames;
  return name;
}

/** A name that was checked; its texts are made when they are asked for, since paths compare most names as bytes. */
class ReadName implements Name {
  readonly der: Uint8Array;
  readonly #tolerance: CertificateTolerance | undefined;
  #relativeNames: Name["relativeNames"] | undefined;

  constructor(der: Uint8Array, tolerance: CertificateTolerance | undefined) {
    this.der = der;
    this.#tolerance = tolerance;
  }

  get relativeNames(): Name["relativeNames"] {
    this.#relativeNames ??= readExactly(this.der, (names) => readRelativeNames(names, this.#tolerance));
    return this.#relativeNames;
  }
}

/** Whether each relative name has one attribute. @throws what `readRelativeNames` throws, but for their order */
function areSingleAttributes(names: DerReader): boolean {
  let areSingle = true;
  const outer = names.descend();
  while (names.remaining > 0) if (countAttributes(names) > 1) areSingle = false;
  names.ascend(outer);
  return areSingle;
}

function countAttributes(names: DerReader): number {
  const outer = names.descend(tags.set);
  let count = 0;
  for (; names.remaining > 0; count++) checkAttribute(names);
  names.ascend(outer);
  if (count === 0) throw x509Error("NAT_X509_NAME", "a relative name without attributes");
  return count;
}

function checkAttribute(names: DerReader): void {
  const outer = names.descend();
  names.skipOid();
  const tag = names.peekTag() ?? 0;
  if (isStringTag(tag)) names.skipString(tag);
  else readForeignValue(names);
  names.ascend(outer);
}

/** DER of a name with one attribute a relative name, in the given order. @throws NAT_X509_NAME NAT_DER_STRING NAT_DER_OID */
export function encodeName(attributes: readonly NameAttributeInput[]): Uint8Array {
  return encodeSequenceOf(attributes.map((attribute) => encodeSetOf([encodeAttribute(attribute)])));
}

/** Values of all attributes of one type, from the root down. */
export function attributeValues(name: Name, oid: string): string[] {
  return name.relativeNames.flat().flatMap((attribute) => (attribute.oid === oid ? [attribute.value] : []));
}

function readRelativeNames(reader: DerReader, tolerance?: CertificateTolerance): (readonly NameAttribute[])[] {
  const relativeNames: (readonly NameAttribute[])[] = [];
  for (const names = reader.enter(); names.remaining > 0; ) relativeNames.push(readRelativeName(names, tolerance));
  return relativeNames;
}

function readRelativeName(names: DerReader, tolerance?: CertificateTolerance): readonly NameAttribute[] {
  const elements = tolerance?.attributeOrder === true ? names.setInAnyOrder() : names.setOf();
  if (elements.length === 0) throw x509Error("NAT_X509_NAME", "a relative name without attributes");
  return elements.map((element) => readExactly(element, readAttribute));
}

function readAttribute(reader: DerReader): NameAttribute {
  const fields = reader.enter();
  const oid = fields.oid();
  const tag = fields.peekTag() ?? 0;
  const value = isStringTag(tag) ? decodeString(tag, fields.read(tag)) : readForeignValue(fields);
  fields.end();
  return { oid, tag, value };
}

function readForeignValue(fields: DerReader): string {
  const der = fields.readRaw();
  checkDer(der);
  return `#${toHex(der)}`;
}

function encodeAttribute({ oid, value, tag }: NameAttributeInput): Uint8Array {
  if (value.length === 0) throw x509Error("NAT_X509_NAME", `attribute ${oid} is empty`);
  return encodeSequence(encodeOid(oid), encodeText(tag ?? fixedTypes.get(oid) ?? tags.utf8String, value));
}

function encodeText(tag: number, value: string): Uint8Array {
  if (tag === tags.utf8String) return encodeUtf8String(value);
  if (tag !== tags.printableString && tag !== tags.ia5String)
    throw x509Error("NAT_X509_NAME", `type ${tag} is not written`);
  const content = encodeUtf8(value);
  checkString(tag, content);
  return encodeTagLengthValue(tag, content);
}
