// SPDX-License-Identifier: Apache-2.0
// One value, one encoding (X.690 sections 10 and 11): trees of values are written, read back and accepted; every other
// encoding that BER would allow for any value within them is refused, wherever it stands.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, isNatalisError, toHex } from "../../kernel/index.ts";
import { checkDer } from "./check.ts";
import { DerReader, readExactly } from "./reader.ts";
import { contextTag, tags } from "./tags.ts";
import {
  encodeBitString,
  encodeBoolean,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequenceOf,
  encodeTagged,
  encodeTagLengthValue,
  encodeUtf8String,
} from "./writer.ts";

type Value =
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "oid"; readonly value: string }
  | { readonly kind: "octets" | "bits"; readonly value: Uint8Array }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "sequence"; readonly value: readonly Value[] }
  | { readonly kind: "tagged"; readonly number: number; readonly value: Value };

const arcs = fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 5 });
const leaves: fc.Arbitrary<Value> = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value): Value => ({ kind: "integer", value })),
  fc.boolean().map((value): Value => ({ kind: "boolean", value })),
  fc.constant<Value>({ kind: "null" }),
  arcs.map((rest): Value => ({ kind: "oid", value: `1.3.${rest.join(".")}` })),
  fc.uint8Array({ maxLength: 140 }).map((value): Value => ({ kind: "octets", value })),
  fc.uint8Array({ maxLength: 20 }).map((value): Value => ({ kind: "bits", value })),
  fc.string({ unit: "binary", maxLength: 20 }).map((value): Value => ({ kind: "text", value })),
);
const trees: fc.Arbitrary<Value> = fc.letrec<{ tree: Value }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie("tree"), { maxLength: 4 }).map((value): Value => ({ kind: "sequence", value })),
    fc.tuple(fc.nat(30), tie("tree")).map(([number, value]): Value => ({ kind: "tagged", number, value })),
  ),
})).tree;

/** The encoding, with `replace` having a word on that of each value. */
function encode(value: Value, replace: (value: Value, der: Uint8Array) => Uint8Array = (_, der) => der): Uint8Array {
  const whole = (): Uint8Array => {
    switch (value.kind) {
      case "integer":
        return encodeInteger(value.value);
      case "boolean":
        return encodeBoolean(value.value);
      case "null":
        return encodeNull();
      case "oid":
        return encodeOid(value.value);
      case "octets":
        return encodeOctetString(value.value);
      case "bits":
        return encodeBitString(value.value);
      case "text":
        return encodeUtf8String(value.value);
      case "sequence":
        return encodeSequenceOf(value.value.map((item) => encode(item, replace)));
      case "tagged":
        return encodeTagged(value.number, encode(value.value, replace));
    }
  };
  return replace(value, whole());
}

function decode(reader: DerReader): Value {
  const tag = reader.peekTag() ?? 0;
  if (tag === tags.integer) return { kind: "integer", value: signed(reader.integer()) };
  if (tag === tags.boolean) return { kind: "boolean", value: reader.boolean() };
  if (tag === tags.oid) return { kind: "oid", value: reader.oid() };
  if (tag === tags.octetString) return { kind: "octets", value: reader.octetString() };
  if (tag === tags.bitString) return { kind: "bits", value: reader.bitStringOctets() };
  if (tag === tags.utf8String) return { kind: "text", value: reader.utf8() };
  if (tag === tags.null) {
    reader.null();
    return { kind: "null" };
  }
  if (tag !== tags.sequence) {
    const number = tag & 0x1f;
    const inner = reader.enter(contextTag(number));
    const value = decode(inner);
    inner.end();
    return { kind: "tagged", number, value };
  }
  const inner = reader.enter();
  const items: Value[] = [];
  while (inner.remaining > 0) items.push(decode(inner));
  return { kind: "sequence", value: items };
}

function signed(content: Uint8Array): bigint {
  const unsigned = BigInt(`0x${toHex(content)}`);
  return BigInt.asIntN(8 * content.length, unsigned);
}

test("property: what is written is DER, and reads as what it was", () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const der = encode(tree);
      checkDer(der);
      assert.deepEqual(readExactly(der, decode), tree);
    }),
    { numRuns: 300 },
  );
});

const contentOf = (der: Uint8Array) => new DerReader(der).read(der[0] as number);
const rewrite = (der: Uint8Array, content: Uint8Array) => encodeTagLengthValue(der[0] as number, content);

/** The other encodings of a value that X.690 section 8 allows and sections 10 and 11 do not. */
function otherEncodings(value: Value, der: Uint8Array): Uint8Array[] {
  const content = contentOf(der);
  const tag = der.subarray(0, 1);
  const { length } = content;
  const octets = Uint8Array.of(length >>> 16, (length >>> 8) & 0xff, length & 0xff);
  const longer = [
    concatBytes(tag, Uint8Array.of(0x83), octets, content),
    concatBytes(tag, Uint8Array.of(0x84, 0), octets, content),
    ...(length < 0x80 ? [concatBytes(tag, Uint8Array.of(0x81, length), content)] : []),
  ];
  return [...longer, ...ofKind(value, der, content)];
}

function ofKind(value: Value, der: Uint8Array, content: Uint8Array): Uint8Array[] {
  switch (value.kind) {
    case "integer":
      return [rewrite(der, concatBytes(Uint8Array.of((content[0] as number) < 0x80 ? 0 : 0xff), content))];
    case "boolean":
      return value.value ? [1, 0x80, 0xfe].map((octet) => rewrite(der, Uint8Array.of(octet))) : [];
    case "oid":
      return [rewrite(der, concatBytes(content.subarray(0, 1), Uint8Array.of(0x80), content.subarray(1)))];
    case "octets":
    case "text":
      return [constructed(der, encodeTagLengthValue(der[0] as number, content))];
    case "bits":
      return [
        constructed(der, der),
        ...(value.value.length === 0 ? [rewrite(der, Uint8Array.of(1))] : []),
        rewrite(der, concatBytes(Uint8Array.of(7), value.value, Uint8Array.of(0x01))),
        rewrite(der, concatBytes(Uint8Array.of(8), value.value, Uint8Array.of(0))),
      ];
    case "sequence":
    case "tagged":
      return [concatBytes(der.subarray(0, 1), Uint8Array.of(0x80), content, Uint8Array.of(0, 0))];
    case "null":
      return [];
  }
}

/** The value cut into one piece under a constructed tag. */
function constructed(der: Uint8Array, piece: Uint8Array): Uint8Array {
  return encodeTagLengthValue((der[0] as number) | 0x20, piece);
}

test("property: any other encoding, of whatever value within, is refused", () => {
  fc.assert(
    fc.property(trees, fc.nat(), fc.nat(), (tree, whichValue, whichForm) => {
      let count = 0;
      encode(tree, (_, der) => {
        count++;
        return der;
      });
      const chosen = whichValue % count;
      let at = 0;
      const bad = encode(tree, (value, der) => {
        if (at++ !== chosen) return der;
        const forms = otherEncodings(value, der);
        return forms[whichForm % forms.length] as Uint8Array;
      });
      assert.notEqual(toHex(bad), toHex(encode(tree)));
      for (const read of [() => checkDer(bad), () => readExactly(bad, decode)])
        assert.throws(read, (error) => isNatalisError(error) && error.code.startsWith("NAT_DER_"), toHex(bad));
    }),
    { numRuns: 1500 },
  );
});

test("property: bytes that are accepted as one tree are the encoding of that tree", () => {
  fc.assert(
    fc.property(trees, fc.nat(), fc.integer({ min: 1, max: 255 }), (tree, position, change) => {
      const der = encode(tree);
      const place = position % der.length;
      const altered = der.map((octet, i) => (i === place ? octet ^ change : octet));
      try {
        assert.equal(toHex(encode(readExactly(altered, decode))), toHex(altered));
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 1500 },
  );
});
