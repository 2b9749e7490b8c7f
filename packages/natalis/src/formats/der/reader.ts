// SPDX-License-Identifier: Apache-2.0
// Strict reader of DER, the distinguished encoding rules (ITU-T X.690 section 10 and 11). It walks over a view and
// hands out views: nothing is copied, and what only BER would allow is refused. Each read moves past one value.

import { compareBytes } from "../../kernel/index.ts";
import { derError } from "./errors.ts";
import { checkOidAt, decodeOidAt } from "./object-identifier.ts";
import { checkStringAt, decodeString } from "./strings.ts";
import { tags } from "./tags.ts";
import { decodeTimeAt } from "./time.ts";

/** Largest input that is read unless the caller says otherwise: far beyond any certificate or request. */
export const defaultMaxBytes = 1 << 20;

const maxDepth = 32;

/** BIT STRING content: the bits, the first one highest in the first octet. */
export interface BitString {
  /** Bits of the last octet that do not count, 0 to 7; they are zero. */
  readonly unusedBits: number;
  readonly bytes: Uint8Array;
}

/** Reads bytes that hold exactly what `read` reads. @throws NAT_DER_TRAILING and whatever `read` throws */
export function readExactly<T>(bytes: Uint8Array, read: (reader: DerReader) => T, maxBytes = defaultMaxBytes): T {
  const reader = new DerReader(bytes, maxBytes);
  const result = read(reader);
  reader.end();
  return result;
}

/** A position in DER. Tags are whole identifier octets (0x30 SEQUENCE, 0xa0 constructed [0], 0x82 primitive [2]). */
export class DerReader {
  private readonly bytes: Uint8Array;
  private position = 0;
  private limit: number;
  private depth = 0;

  /** @throws NAT_DER_SIZE if `bytes` is longer than `maxBytes` */
  constructor(bytes: Uint8Array, maxBytes = defaultMaxBytes) {
    if (bytes.length > maxBytes) throw derError("NAT_DER_SIZE", `${bytes.length} of ${maxBytes} bytes`);
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  /** Octets not yet read. */
  get remaining(): number {
    return this.limit - this.position;
  }

  /** The next tag, or undefined at the end. */
  peekTag(): number | undefined {
    return this.position < this.limit ? this.bytes[this.position] : undefined;
  }

  /** Content of the next value. @throws NAT_DER_TAG NAT_DER_LENGTH NAT_DER_TRUNCATED */
  read(tag: number): Uint8Array {
    const end = this.header(tag);
    return this.takeUntil(end);
  }

  /** Whole encoding of the next value, its inside unread. @throws NAT_DER_TAG NAT_DER_LENGTH NAT_DER_TRUNCATED */
  readRaw(tag?: number): Uint8Array {
    const start = this.position;
    const end = this.header(tag ?? this.anyTag());
    this.position = start;
    return this.takeUntil(end);
  }

  /** Steps into a constructed value and past it. @throws NAT_DER_TAG NAT_DER_LENGTH NAT_DER_TRUNCATED NAT_DER_DEPTH */
  enter(tag: number = tags.sequence): DerReader {
    const end = this.header(tag);
    if (this.depth >= maxDepth) throw derError("NAT_DER_DEPTH", `more than ${maxDepth} levels`);
    const inner = new DerReader(this.bytes, this.bytes.length);
    inner.position = this.position;
    inner.limit = end;
    inner.depth = this.depth + 1;
    this.position = end;
    return inner;
  }

  /**
   * Steps into a constructed value with this very reader: for hot paths, which do without one reader a level. Answers
   * what `ascend` is given to step out again.
   * @throws as `enter`
   */
  descend(tag: number = tags.sequence): number {
    const end = this.header(tag);
    if (this.depth >= maxDepth) throw derError("NAT_DER_DEPTH", `more than ${maxDepth} levels`);
    const outer = this.limit;
    this.limit = end;
    this.depth++;
    return outer;
  }

  /** Steps out of what was stepped into last. @throws NAT_DER_TRAILING unless all of it was read */
  ascend(outer: number): void {
    this.end();
    this.limit = outer;
    this.depth--;
  }

  /** Like `enter` where the next tag is `tag`, else undefined: for OPTIONAL fields. @throws as `enter` */
  optional(tag: number): DerReader | undefined {
    return this.peekTag() === tag ? this.enter(tag) : undefined;
  }

  /** @throws NAT_DER_TRAILING unless everything was read */
  end(): void {
    if (this.position !== this.limit) throw derError("NAT_DER_TRAILING", `${this.remaining} octets`);
  }

  /** Two's complement octets of an INTEGER in shortest form. @throws NAT_DER_INTEGER and as `read` */
  integer(tag: number = tags.integer): Uint8Array {
    const end = this.header(tag);
    const { bytes, position: at } = this;
    if (at === end) throw derError("NAT_DER_INTEGER", "no content");
    const first = bytes[at] as number;
    if (end - at > 1 && (first === 0 || first === 0xff) && first >>> 7 === (bytes[at + 1] as number) >>> 7)
      throw derError("NAT_DER_INTEGER", "not the shortest form");
    return this.takeUntil(end);
  }

  /** An INTEGER that is not negative and has at most `maxBytes` octets of content. @throws NAT_DER_INTEGER */
  unsigned(maxBytes: number, tag: number = tags.integer): bigint {
    const content = this.integer(tag);
    if ((content[0] as number) >= 0x80 || content.length > maxBytes)
      throw derError("NAT_DER_INTEGER", `negative, or ${content.length} of ${maxBytes} octets`);
    let value = 0n;
    for (const octet of content) value = (value << 8n) | BigInt(octet);
    return value;
  }

  /** An INTEGER from 0 to 2^31 - 1. @throws NAT_DER_INTEGER */
  smallInteger(tag: number = tags.integer): number {
    const content = this.integer(tag);
    if ((content[0] as number) >= 0x80 || content.length > 4)
      throw derError("NAT_DER_INTEGER", `negative, or ${content.length} octets`);
    let value = 0;
    for (const octet of content) value = (value << 8) | octet;
    return value;
  }

  /** @throws NAT_DER_BOOLEAN and as `read` */
  boolean(tag: number = tags.boolean): boolean {
    const content = this.read(tag);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
      throw derError("NAT_DER_BOOLEAN", `${content.length} octets, the first ${content[0]}`);
    return content[0] === 0xff;
  }

  /** BOOLEAN DEFAULT FALSE: DER leaves a default out (X.690 11.5). @throws NAT_DER_DEFAULT and as `boolean` */
  defaultFalse(tag: number = tags.boolean): boolean {
    if (this.peekTag() !== tag) return false;
    if (!this.boolean(tag)) throw derError("NAT_DER_DEFAULT", "FALSE where FALSE is the default");
    return true;
  }

  /**
   * The same where FALSE may be written out: DER forbids it, but issuers of certificates do it, RFC 8410's own example
   * among them, and it can mean nothing else. @throws as `boolean`
   */
  falseByDefault(tag: number = tags.boolean): boolean {
    return this.peekTag() === tag && this.boolean(tag);
  }

  /** Dotted decimal text. @throws NAT_DER_OID and as `read` */
  oid(tag: number = tags.oid): string {
    const end = this.header(tag);
    const text = decodeOidAt(this.bytes, this.position, end);
    this.position = end;
    return text;
  }

  /** Reads past an OBJECT IDENTIFIER and makes no text of it. @throws as `oid` */
  skipOid(): void {
    const end = this.header(tags.oid);
    checkOidAt(this.bytes, this.position, end);
    this.position = end;
  }

  /** Reads past a character string and makes no text of it. @throws NAT_DER_STRING and as `read` */
  skipString(tag: number): void {
    const end = this.header(tag);
    checkStringAt(tag, this.bytes, this.position, end);
    this.position = end;
  }

  /** @throws as `read` */
  octetString(tag: number = tags.octetString): Uint8Array {
    return this.read(tag);
  }

  /** @throws NAT_DER_BIT_STRING and as `read` */
  bitString(tag: number = tags.bitString): BitString {
    const content = this.read(tag);
    const unusedBits = content[0];
    if (unusedBits === undefined || unusedBits > 7 || (content.length === 1 && unusedBits !== 0))
      throw derError("NAT_DER_BIT_STRING", `${unusedBits} unused bits in ${content.length - 1} octets`);
    if (((content[content.length - 1] as number) & ((1 << unusedBits) - 1)) !== 0 && content.length > 1)
      throw derError("NAT_DER_BIT_STRING", "unused bits are set");
    return { unusedBits, bytes: content.subarray(1) };
  }

  /** A BIT STRING of whole octets. @throws NAT_DER_BIT_STRING and as `read` */
  bitStringOctets(tag: number = tags.bitString): Uint8Array {
    const end = this.header(tag);
    if (this.position === end || this.bytes[this.position] !== 0)
      throw derError("NAT_DER_BIT_STRING", "not whole octets");
    this.position++;
    return this.takeUntil(end);
  }

  /** @throws NAT_DER_NULL and as `read` */
  null(): void {
    const end = this.header(tags.null);
    if (end !== this.position) throw derError("NAT_DER_NULL", `${end - this.position} octets`);
  }

  /** @throws NAT_DER_STRING and as `read` */
  utf8(tag: number = tags.utf8String): string {
    return decodeString(tags.utf8String, this.read(tag));
  }

  /** @throws NAT_DER_STRING and as `read` */
  printable(tag: number = tags.printableString): string {
    return decodeString(tags.printableString, this.read(tag));
  }

  /** @throws NAT_DER_STRING and as `read` */
  ia5(tag: number = tags.ia5String): string {
    return decodeString(tags.ia5String, this.read(tag));
  }

  /** UTCTime or GeneralizedTime as RFC 5280 4.1.2.5. @throws NAT_DER_TIME and as `read` */
  time(): Date {
    return this.peekTag() === tags.generalizedTime ? this.generalizedTime() : this.timeOf(tags.utcTime);
  }

  /** GeneralizedTime alone, with whole seconds and Z. @throws NAT_DER_TIME and as `read` */
  generalizedTime(): Date {
    return this.timeOf(tags.generalizedTime);
  }

  /** Whole encodings of the elements of a SET OF, in ascending order (X.690 11.6). @throws NAT_DER_SET_ORDER */
  setOf(tag: number = tags.set): Uint8Array[] {
    const elements = this.setInAnyOrder(tag);
    for (let i = 1; i < elements.length; i++)
      if (compareBytes(elements[i - 1] as Uint8Array, elements[i] as Uint8Array) > 0)
        throw derError("NAT_DER_SET_ORDER", `element ${i}`);
    return elements;
  }

  /** The same where a named tolerance lets the order be any. @throws as `enter` */
  setInAnyOrder(tag: number = tags.set): Uint8Array[] {
    return this.enter(tag).rest();
  }

  /** Whole encodings of all values that are left, their insides unread. @throws as `readRaw` */
  rest(): Uint8Array[] {
    const values: Uint8Array[] = [];
    while (this.position < this.limit) values.push(this.readRaw());
    return values;
  }

  private timeOf(tag: number): Date {
    const end = this.header(tag);
    const at = decodeTimeAt(tag, this.bytes, this.position, end);
    this.position = end;
    return at;
  }

  /** Refuses what cannot begin a value here: the end, end-of-contents, tag numbers above 30 (X.690 8.1.2.4). */
  private anyTag(): number {
    const tag = this.peekTag();
    if (tag === undefined) throw derError("NAT_DER_TAG", "a value is missing");
    if (tag === 0 || (tag & 0x1f) === 0x1f) throw derError("NAT_DER_TAG", `identifier octet ${tag}`);
    return tag;
  }

  /** Reads tag and length: leaves the position at the content and answers where the content ends. */
  private header(tag: number): number {
    const seen = this.peekTag();
    if (seen !== tag) throw derError("NAT_DER_TAG", `expected ${tag}, saw ${seen ?? "the end"}`);
    if (this.remaining < 2) throw derError("NAT_DER_TRUNCATED", "no length");
    let length = this.bytes[this.position + 1] as number;
    this.position += 2;
    if (length >= 0x80) length = this.longLength(length & 0x7f);
    if (length > this.limit - this.position)
      throw derError("NAT_DER_TRUNCATED", `${length} octets announced, ${this.remaining} there`);
    return this.position + length;
  }

  /** Length in long form, of which the shortest is required (X.690 10.1); four octets reach beyond any input. */
  private longLength(octets: number): number {
    if (octets === 0 || octets > 4) throw derError("NAT_DER_LENGTH", `${octets} octets of length`);
    if (this.remaining < octets) throw derError("NAT_DER_TRUNCATED", "within the length");
    let length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (this.bytes[this.position + i] as number);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw derError("NAT_DER_LENGTH", "not the shortest form");
    this.position += octets;
    return length;
  }

  private takeUntil(end: number): Uint8Array {
    const view = this.bytes.subarray(this.position, end);
    this.position = end;
    return view;
  }
}
