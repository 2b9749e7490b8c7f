// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CborValue, encodeCbor } from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import {
  encodeAuthorityBody,
  encodeBornBody,
  encodeLifecycleBody,
  encodeOperatorBody,
  encodeRefusedBirthBody,
  parseAuthorityBody,
  parseBornBody,
  parseLifecycleBody,
  parseOperatorBody,
  parseRefusedBirthBody,
} from "./body.ts";

const plain = { noNullPrototype: true } as const;
const refused = (error: unknown) => isNatalisError(error, "NAT_REGISTRY_BODY");
const bytes = fc.uint8Array({ maxLength: 100 });
const text = (least: number, most: number) => fc.string({ unit: "grapheme-ascii", minLength: least, maxLength: most });
const cause = fc.record(
  { actor: text(1, 64), note: text(0, 1000) },
  { requiredKeys: ["actor"], noNullPrototype: true },
);
const credential = fc.uint8Array({ minLength: 32, maxLength: 32 });
const someOperator = fc.record(
  {
    id: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
    name: text(0, 128),
    role: fc.constantFrom("admin", "registrar", "station", "auditor"),
    tokenHash: credential,
    certificateHash: credential,
    products: fc.array(text(1, 32), { maxLength: 5 }),
    quota: fc.maxSafeNat(),
    notBefore: fc.nat(1000),
    notAfter: fc.integer({ min: 1000, max: 8.64e15 }),
  },
  { requiredKeys: ["id", "name", "role", "products"], noNullPrototype: true },
);
const operator = someOperator.filter((one) => one.tokenHash !== undefined || one.certificateHash !== undefined);
const parsers = [parseBornBody, parseLifecycleBody, parseAuthorityBody, parseOperatorBody, parseRefusedBirthBody];

test("bodies of births come back as they went", () => {
  const body = fc.record({ record: bytes, certificate: bytes }, plain);
  fc.assert(fc.property(body, (born) => assert.deepEqual(parseBornBody(encodeBornBody(born)), born)));
});

test("bodies of lifecycle events come back as they went", () => {
  const own = fc.record(
    { reason: fc.nat(10), invalidityDate: fc.maxSafeNat() },
    { requiredKeys: ["reason"], noNullPrototype: true },
  );
  fc.assert(
    fc.property(cause, own, (why, what) => {
      assert.deepEqual(parseLifecycleBody(encodeLifecycleBody({ ...why, ...what })), { ...why, ...what });
    }),
  );
});

test("bodies of authorities come back as they went", () => {
  const kind = fc.constantFrom("root", "issuing", "server");
  fc.assert(
    fc.property(cause, kind, bytes, (why, which, certificate) => {
      const body = { ...why, kind: which, keyId: "a1b2", certificate };
      assert.deepEqual(parseAuthorityBody(encodeAuthorityBody(body)), body);
    }),
  );
});

test("bodies of operators come back as they went", () => {
  fc.assert(
    fc.property(cause, operator, (why, enrolled) => {
      assert.deepEqual(parseOperatorBody(encodeOperatorBody({ ...why, enrolled })), { ...why, enrolled });
      const revoked = { ...why, revoked: enrolled.id };
      assert.deepEqual(parseOperatorBody(encodeOperatorBody(revoked)), revoked);
    }),
  );
});

test("bodies of refused births come back as they went", () => {
  const own = fc.record(
    {
      station: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
      code: fc.stringMatching(/^NAT_[A-Z0-9_]{1,60}$/),
      deviceId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      unrecorded: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    },
    { requiredKeys: ["station", "code"], noNullPrototype: true },
  );
  fc.assert(
    fc.property(cause, own, (why, what) => {
      assert.deepEqual(parseRefusedBirthBody(encodeRefusedBirthBody({ ...why, ...what })), { ...why, ...what });
    }),
  );
});

test("damaged and arbitrary bytes are refused or read, and nothing else", () => {
  const whole = fc
    .tuple(cause, operator)
    .map(([why, enrolled]) => encodeOperatorBody({ ...why, enrolled }))
    .chain((body) => fc.tuple(fc.constant(body), fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 })))
    .map(([body, at, change]) => body.map((octet, i) => (i === at ? octet ^ change : octet)));
  fc.assert(
    fc.property(fc.oneof(whole, bytes), (body) => {
      for (const parse of parsers) {
        try {
          parse(body);
        } catch (error) {
          assert.ok(refused(error), String(error));
        }
      }
    }),
  );
});

test("what an encoder would not write, no parser takes", () => {
  const hash = new Uint8Array(32);
  const enrolled = { id: "a", name: "", role: "station", tokenHash: hash, products: [] } as const;
  const cases: (() => unknown)[] = [
    () => encodeLifecycleBody({ actor: "", reason: 0 }),
    () => encodeLifecycleBody({ actor: "a".repeat(65), reason: 0 }),
    () => encodeLifecycleBody({ actor: "a", note: "n".repeat(1001), reason: 0 }),
    () => encodeLifecycleBody({ actor: "\ud800", reason: 0 }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, id: "" } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, id: "-a" } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, id: "A" } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, id: "a".repeat(65) } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, name: "n".repeat(129) } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, role: "owner" as "admin" } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, tokenHash: hash.slice(1) } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, certificateHash: hash.slice(1) } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { id: "a", name: "", role: "station", products: [] } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, products: Array(1001).fill("p") as string[] } }),
    () => encodeOperatorBody({ actor: "a", revoked: "b c" }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, notBefore: 2, notAfter: 1 } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, notBefore: -1 } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, notAfter: 8.64e15 + 1 } }),
    () => encodeOperatorBody({ actor: "a", enrolled: { ...enrolled, notAfter: 1.5 } }),
    () => encodeRefusedBirthBody({ actor: "a", station: "A", code: "NAT_BIRTH_KEY_REUSED" }),
    () => encodeRefusedBirthBody({ actor: "a", station: "a", code: "KEY_REUSED" }),
    () => encodeRefusedBirthBody({ actor: "a", station: "a", code: "NAT_A", deviceId: hash }),
    () => encodeRefusedBirthBody({ actor: "a", station: "a", code: "NAT_A", unrecorded: 0 }),
    () => parseRefusedBirthBody(encodeCbor(fieldsOf([2, "a"], [17, "a"]))),
    () => parseRefusedBirthBody(encodeCbor(fieldsOf([2, "a"], [18, "NAT_A"]))),
    () => parseRefusedBirthBody(encodeCbor(fieldsOf([2, "a"], [17, "a"], [18, "NAT_A"], [21, 0]))),
    () => parseRefusedBirthBody(encodeCbor(fieldsOf([2, "a"], [17, "a"], [18, "NAT_A"], [19, hash]))),
    () => parseRefusedBirthBody(encodeCbor(fieldsOf([2, "a"], [8, "a"], [17, "a"], [18, "NAT_A"]))),
    () => encodeAuthorityBody({ actor: "a", kind: "leaf" as "root", keyId: "aa", certificate: hash }),
    () => parseLifecycleBody(encodeCbor(fieldsOf([2, "a"]))),
    () => parseLifecycleBody(encodeCbor(fieldsOf([1, 0]))),
    () => parseLifecycleBody(encodeCbor(fieldsOf([1, 0], [2, ""]))),
    () => parseLifecycleBody(encodeCbor(fieldsOf([1, 0], [2, "a"], [9, "b"]))),
    () => parseOperatorBody(encodeCbor(fieldsOf([2, "a"], [8, "b"], [9, "name without role"]))),
    () => parseOperatorBody(encodeCbor(fieldsOf([2, "a"], [8, "b"], [9, "n"], [10, "station"], [11, []]))),
    () =>
      parseOperatorBody(
        encodeCbor(fieldsOf([2, "a"], [8, "b"], [9, "n"], [10, "station"], [11, []], [14, new Uint8Array(31)])),
      ),
    () => parseOperatorBody(encodeCbor(fieldsOf([2, "a"], [8, "b"], [14, hash]))),
    () => parseBornBody(encodeCbor([hash, hash, hash])),
    () => parseBornBody(encodeCbor([hash, "text"])),
  ];
  for (const [i, action] of cases.entries()) assert.throws(action, refused, `case ${i}`);
});

function fieldsOf(...fields: [number, CborValue][]): Map<number, CborValue> {
  return new Map(fields);
}
