// SPDX-License-Identifier: Apache-2.0
// Changes to one value of a DER tree: everything that ITU-T X.690 forbids and much that the types above it do. Where
// the lengths around it are repaired, the change reaches the parser of that very value.

import * as fc from "fast-check";
import { encodeUtf8, fromHex } from "natalis/kernel";

/** What is done to the value. */
export type DerChange =
  | { readonly how: "tag"; readonly octets: Uint8Array }
  /** Exclusive or with the identifier octet: class and constructed bits, or the number. */
  | { readonly how: "tagBits"; readonly bits: number }
  | { readonly how: "content" | "before" | "after"; readonly octets: Uint8Array }
  | { readonly how: "swap"; readonly with: number }
  | { readonly how: "reverse" | "drop" | "double" | "empty" | "indefinite" }
  | { readonly how: "length"; readonly more: number }
  | { readonly how: "padded"; readonly zeros: number }
  /** What is wrong in, or at the edge of, the type that the value's tag names. */
  | { readonly how: "typical"; readonly pick: number }
  | { readonly how: "replace"; readonly tag: number; readonly octets: Uint8Array }
  | { readonly how: "nest"; readonly tag: number; readonly levels: number }
  | { readonly how: "repeat"; readonly times: number }
  /** Another value of this sample or of the donor in its place. */
  | { readonly how: "graft"; readonly from: number; readonly foreign: boolean };

export interface DerEdit {
  /** The value, counted from the outside in, modulo how many there are. */
  readonly at: number;
  /** Whether the lengths around the value follow the change, or stay as they were. */
  readonly repaired: boolean;
  readonly change: DerChange;
}

const interestingTags = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x24, 0x30, 0x31, 0x80, 0x81,
  0x82, 0x86, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x41, 0xc2,
].map((tag) => Uint8Array.of(tag));

/** Tag numbers in their long form (8.1.2.4), minimal or not, and without an end. */
const longTags = ["1f1f", "3f8001", "bf8100", "1f80", "ffffff7f", "9f"].map(fromHex);

const times = [
  "",
  ...words(`
  000101000000Z 991231235959Z 491231235959Z 500101000000Z 260230000000Z 260101240000Z 260101235960Z
  2601010000Z 260101000000+0000 260101000000-2400 26010100000٠Z Z NaN 00000101000000Z 00010101000000Z
  19491231235959Z 20491231235959Z 20500101000000Z 99991231235959Z 99991231235960Z 99991232000000Z
  20260101000000.5Z 20260101000000,5Z 20260101000000 20240229000000Z 20230229000000Z +2026010100000Z
  -0010101000000Z 1e30101000000Z
`),
].map(encodeUtf8);

/** Wrong UTF-8, surrogates, odd BMPString, code points beyond Unicode, controls, direction marks, and a long one. */
const strings = [
  "",
  ...words(`
  80 c080 eda080 f4908080 fffe 00 0a d800 d800dc00 00110000 0000d800 efbbbf e280ae 2a 41 2a2e2a
  616161002e6578616d706c65
`),
].map(fromHex);

/** Arcs with leading zeros (8.19.2), without an end, far beyond any integer; and some that mean something elsewhere. */
const arcs = words(`
  551d13 551d0f 551d1e 551d20 551d21 551d24 551d36 551d25 551d2000 551d2500 80 2b80 2b8001 7f ffffffff7f
  8837 2bff 00 2a
`);
const longArcs = ["2b".repeat(200), `2b${"ff".repeat(9)}7f`, `2b${"81".repeat(300)}01`, `${"ff".repeat(5000)}7f`];
const objectIdentifiers = ["", ...arcs, ...longArcs].map(fromHex);

/** Not shortest (8.3.2), negative, empty, large. */
const integers = ["", "00", "0000", "00ff", "ff", "ff80", "80", "7fffffff", "80000000", "0080000000", "7f".repeat(21)];
const numbers = [...integers, "ff".repeat(200), `00${"ff".repeat(4096)}`].map(fromHex);

const booleans = ["", "01", "fe", "ff", "00", "ffff"].map(fromHex);
const bitStrings = ["", "00", "01", "07", "08", "0001", "0700", "0780", "07ff", "0000", "ff00", "01fe"].map(fromHex);
const stringTags = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e, 0x81, 0x82, 0x86, 0x87, 0x88];

/** By tag of the value. */
export const typicalFaults: ReadonlyMap<number, readonly Uint8Array[]> = new Map([
  [0x01, booleans],
  [0x02, numbers],
  [0x03, bitStrings],
  [0x04, [...numbers, ...objectIdentifiers]],
  [0x05, [Uint8Array.of(0)]],
  [0x06, objectIdentifiers],
  [0x0a, numbers],
  [0x17, times],
  [0x18, times],
  [0x80, [...numbers, ...booleans]],
  [0x83, bitStrings],
  ...stringTags.map((tag) => [tag, strings] as const),
]);

const anyContent = fc.oneof(
  fc.constantFrom(...numbers, ...objectIdentifiers, ...strings),
  fc.uint8Array({ maxLength: 40 }),
);
const aFew = fc.uint8Array({ minLength: 1, maxLength: 4 });

const derChange: fc.Arbitrary<DerChange> = fc.oneof(
  fc.record({ how: fc.constant("tag" as const), octets: fc.constantFrom(...interestingTags, ...longTags) }),
  fc.record({ how: fc.constant("tagBits" as const), bits: fc.constantFrom(0x20, 0x40, 0x80, 0xc0, 0xa0, 0x01, 0x02) }),
  fc.record({ how: fc.constantFrom("content" as const, "before" as const, "after" as const), octets: anyContent }),
  fc.record({ how: fc.constantFrom("before" as const, "after" as const), octets: aFew }),
  fc.record({ how: fc.constant("before" as const), octets: fc.constantFrom(Uint8Array.of(0), Uint8Array.of(0xff)) }),
  fc.record({ how: fc.constant("swap" as const), with: fc.nat() }),
  fc.record({ how: fc.constantFrom("reverse" as const, "drop" as const, "double" as const, "empty" as const) }),
  fc.record({ how: fc.constantFrom("drop" as const, "double" as const, "indefinite" as const) }),
  fc.record({ how: fc.constant("length" as const), more: lengthDifferences() }),
  fc.record({ how: fc.constant("padded" as const), zeros: fc.constantFrom(1, 2, 3, 8, 126) }),
  { weight: 3, arbitrary: fc.record({ how: fc.constant("typical" as const), pick: fc.nat(10_000) }) },
  replacement(stringTags, strings),
  replacement([0x17, 0x18], times),
  fc.record({ how: fc.constant("nest" as const), tag: nestingTags(), levels: fc.constantFrom(1, 2, 31, 33, 500) }),
  fc.record({ how: fc.constant("repeat" as const), times: fc.constantFrom(2, 3, 20, 300, 4000) }),
  fc.record({ how: fc.constant("graft" as const), from: fc.nat(), foreign: fc.boolean() }),
);

export const derEdit: fc.Arbitrary<DerEdit> = fc.record({
  at: fc.nat(),
  repaired: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  change: derChange,
});

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function replacement(tags: readonly number[], contents: readonly Uint8Array[]): fc.Arbitrary<DerChange> {
  const [tag, octets] = [fc.constantFrom(...tags), fc.constantFrom(...contents)];
  return fc.record({ how: fc.constant("replace" as const), tag, octets });
}

function lengthDifferences(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-128, 127, 128, 256, 65_536, 2 ** 31, 2 ** 32));
}

function nestingTags(): fc.Arbitrary<number> {
  return fc.constantFrom(0x30, 0x31, 0xa0, 0xa1, 0xa4, 0x24, 0x04);
}
