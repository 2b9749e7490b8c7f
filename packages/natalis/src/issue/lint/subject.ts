// SPDX-License-Identifier: Apache-2.0
// The bytes to be signed as rules see them. Where each field stands (the layout) is found by a strict parse; all
// values are then read from the bytes themselves, so that certificates of one template can share its layout.

import {
  assembleSigned,
  contextTag,
  DerReader,
  type Extension,
  type Name,
  parseCertificate,
  parseName,
  tags,
} from "../../formats/index.ts";
import type { Hash } from "../../kernel/index.ts";
import type { Authority } from "../authority.ts";
import type { Profile } from "../profile.ts";
import type { Validity } from "../validity.ts";
import type { CertificateKind } from "./rule.ts";

/** What a certificate is held against. */
export interface LintContext {
  readonly kind: CertificateKind;
  readonly hash: Hash;
  /** The issuer; undefined for a root. */
  readonly authority?: Authority;
  /** Of birth certificates. */
  readonly profile?: Profile;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the fields of a TBSCertificate stand in its bytes. */
export interface TbsLayout {
  readonly serialNumber: Span;
  readonly signatureIdentifier: Span;
  readonly issuer: Span;
  readonly subject: Span;
  /** Values of the subject's attributes, of one type the first, by OID. */
  readonly subjectValues: ReadonlyMap<string, Span>;
  readonly publicKey: Span;
  /** Values of the extensions in their order, by OID. */
  readonly extensions: ReadonlyMap<string, { readonly critical: boolean; readonly value: Span }>;
}

export class LintSubject {
  readonly tbs: Uint8Array;
  readonly context: LintContext;
  readonly #layout: TbsLayout;

  constructor(tbs: Uint8Array, layout: TbsLayout, context: LintContext) {
    this.tbs = tbs;
    this.#layout = layout;
    this.context = context;
  }

  get serialNumber(): Uint8Array {
    return this.#at(this.#layout.serialNumber);
  }

  get signatureIdentifier(): Uint8Array {
    return this.#at(this.#layout.signatureIdentifier);
  }

  /** DER Name. */
  get issuer(): Uint8Array {
    return this.#at(this.#layout.issuer);
  }

  get validity(): Validity {
    const reader = new DerReader(this.tbs.subarray(this.#layout.issuer.end, this.#layout.subject.start)).enter();
    return { notBefore: reader.time(), notAfter: reader.time() };
  }

  get subject(): Name {
    return parseName(this.#at(this.#layout.subject));
  }

  /** Content octets of the subject's first attribute of this type; empty where it has none. */
  subjectValue(oid: string): Uint8Array {
    const span = this.#layout.subjectValues.get(oid);
    return span === undefined ? new Uint8Array(0) : this.#at(span);
  }

  /** The same as text, of attributes that are ASCII. */
  subjectText(oid: string): string {
    return asciiText(this.subjectValue(oid));
  }

  get publicKey(): Uint8Array {
    return this.#at(this.#layout.publicKey);
  }

  get extensions(): readonly Extension[] {
    const { extensions } = this.#layout;
    return Array.from(extensions, ([oid, { critical, value }]) => ({ oid, critical, value: this.#at(value) }));
  }

  /** The value of an extension, or undefined where it is absent. */
  value(oid: string): Uint8Array | undefined {
    const extension = this.#layout.extensions.get(oid);
    return extension && this.#at(extension.value);
  }

  #at({ start, end }: Span): Uint8Array {
    return this.tbs.subarray(start, end);
  }
}

/** A character an octet: other than ASCII comes out as something that no rule for ASCII accepts. */
function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/** @throws the errors of strict parsing: NAT_X509_…, NAT_DER_… */
export function layoutOf(tbs: Uint8Array): TbsLayout {
  const certificate = parseCertificate(assembleSigned(tbs, signatureIdentifierOf(tbs), new Uint8Array(1)));
  const spanOf = (field: Uint8Array): Span => {
    const start = field.byteOffset - certificate.tbs.byteOffset;
    return { start, end: start + field.length };
  };
  return {
    serialNumber: spanOf(certificate.serialNumber),
    signatureIdentifier: spanOf(certificate.signatureIdentifier),
    issuer: spanOf(certificate.issuer.der),
    subject: spanOf(certificate.subject.der),
    subjectValues: new Map(subjectValuesOf(certificate.subject.der).map(([oid, value]) => [oid, spanOf(value)])),
    publicKey: spanOf(certificate.publicKey),
    extensions: new Map(
      certificate.extensions.map(({ oid, critical, value }) => [oid, { critical, value: spanOf(value) }]),
    ),
  };
}

function signatureIdentifierOf(tbs: Uint8Array): Uint8Array {
  const fields = new DerReader(tbs).enter();
  fields.optional(contextTag(0));
  fields.integer();
  return fields.readRaw();
}

/** From the last to the first, so that the first of a type is the one that a map keeps. */
function subjectValuesOf(name: Uint8Array): (readonly [oid: string, value: Uint8Array])[] {
  const values: (readonly [string, Uint8Array])[] = [];
  for (const names = new DerReader(name).enter(); names.remaining > 0; ) {
    const attribute = names.enter(tags.set).enter();
    values.push([attribute.oid(), attribute.read(attribute.peekTag() ?? 0)]);
  }
  return values.toReversed();
}
