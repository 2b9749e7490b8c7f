// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, type Digest, fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { digestOctets } from "./algorithms.ts";
import { attributesValue, type ObjectAttribute, readAttributes } from "./object-attributes.ts";
import { encodePublicArea, parsePublicArea, type PublicArea } from "./public-area.ts";

const digest = fc.constantFrom<Digest>("SHA-1", "SHA-256", "SHA-384", "SHA-512");
const plainObjects = { noNullPrototype: true };
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const common = digest.chain((nameDigest) =>
  fc.record({
    nameDigest: fc.constant(nameDigest),
    attributes: fc
      .uniqueArray(fc.constantFrom<ObjectAttribute>("fixedTPM", "fixedParent", "restricted", "decrypt", "sign", "noDA"))
      // In the order in which they are read.
      .map((names) => readAttributes(attributesValue(names))),
    policy: fc.oneof(fc.constant(new Uint8Array(0)), octets(digestOctets(nameDigest))),
    aesBits: fc.constantFrom(undefined, 128 as const, 192 as const, 256 as const),
  }),
);
const rsaScheme = fc.oneof(
  fc.constant(undefined),
  fc.constant({ name: "RSAES" as const }),
  fc.record({ name: fc.constantFrom("RSASSA" as const, "RSAPSS" as const, "OAEP" as const), digest }, plainObjects),
);
const rsaArea = fc.tuple(
  common,
  fc.record({
    type: fc.constant("RSA" as const),
    scheme: rsaScheme,
    keyBits: fc.constantFrom(1024, 2048, 3072, 4096),
    exponent: fc.constantFrom(0, 3, 65537),
    modulus: fc.uint8Array({ maxLength: 512 }),
  }),
);
const eccScheme = fc.oneof(
  fc.constant(undefined),
  fc.record({ name: fc.constantFrom("ECDSA" as const, "ECDH" as const), digest }, plainObjects),
);
const eccArea = fc.tuple(
  common,
  fc.record({
    type: fc.constant("ECC" as const),
    scheme: eccScheme,
    curve: fc.constantFrom("P-256" as const, "P-384" as const),
    x: fc.uint8Array({ maxLength: 32 }),
    y: fc.uint8Array({ maxLength: 32 }),
  }),
);
const anyArea: fc.Arbitrary<PublicArea> = fc.oneof(rsaArea, eccArea).map(([a, b]) => ({ ...a, ...b }));

test("any public area comes back as it was written", () => {
  fc.assert(
    fc.property(anyArea, (area) => {
      const bytes = encodePublicArea(area);
      assert.deepEqual(parsePublicArea(bytes), area);
      assert.deepEqual(encodePublicArea(parsePublicArea(bytes)), bytes);
    }),
  );
});

test("whatever is changed, cut or added gives a public area or a catalogue error", () => {
  fc.assert(
    fc.property(anyArea, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (area, at, change, cut) => {
      const bytes = encodePublicArea(area);
      const altered = bytes.slice();
      altered[at % bytes.length] = (altered[at % bytes.length] as number) ^ change;
      for (const one of [altered, bytes.subarray(0, cut % bytes.length), concatBytes(bytes, Uint8Array.of(change))])
        try {
          parsePublicArea(one);
        } catch (error) {
          assert.ok(isNatalisError(error, "NAT_TPM_STRUCTURE"));
        }
    }),
    { numRuns: 500 },
  );
});

/** ECC, SHA-256, attributes, no policy, no symmetric, ECDSA with SHA-256, P-256, no derivation, x and y of one octet. */
const parts = ["0023", "000b", "00040072", "0000", "0010", "0018000b", "0003", "0010", "000101", "000102"];
const hexOf = (at: number, hex: string) => parts.with(at, hex).join("");

test("the bytes of a key, field by field", () => {
  const area = parsePublicArea(fromHex(parts.join("")));
  assert.equal(area.type === "ECC" && area.curve, "P-256");
  assert.deepEqual(area.scheme, { name: "ECDSA", digest: "SHA-256" });
  assert.equal(toHex(encodePublicArea(area)), parts.join(""));
});

test("what Natalis does not use is refused", () => {
  const cases: readonly (readonly [what: string, hex: string])[] = [
    ["a keyed hash object", hexOf(0, "0008")],
    ["a symmetric key", hexOf(0, "0025")],
    ["SM3", hexOf(1, "0012")],
    ["a reserved attribute", hexOf(2, "80040072")],
    ["a policy of another length", hexOf(3, "000401020304")],
    ["Camellia", hexOf(4, "002600800043")],
    ["AES-512", hexOf(4, "000602000043")],
    ["AES in CBC mode", hexOf(4, "000600800042")],
    ["ECDAA", hexOf(5, "001a000b0001")],
    ["RSASSA of a curve", hexOf(5, "0014000b")],
    ["P-521", hexOf(6, "0005")],
    ["a derivation", hexOf(7, "0022000b")],
    ["an x longer than the field", hexOf(8, `0021${"01".repeat(33)}`)],
    ["an empty input", ""],
    ["something behind it", `${parts.join("")}00`],
    ["RSA of 512 bits", "0001000b000000000000001000100200000000000000"],
    ["ECDSA of RSA", "0001000b00000000000000100018000b0800000000000000"],
  ];
  for (const [what, hex] of cases)
    assert.throws(
      () => parsePublicArea(fromHex(hex)),
      (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
      what,
    );
});
