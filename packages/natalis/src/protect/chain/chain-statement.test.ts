// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import * as fc from "fast-check";
import { algorithms, encodeCbor } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import { encodeChainStatement } from "../index.ts";
import { parseChainStatement } from "./chain-statement.ts";

const { certificate } = await forgeCertificate({ name: "leaf", signer: generateKey(algorithms.ES256).signer });
const many = (count: number) => Array.from({ length: count }, () => certificate.der);
const refusal = { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" };

test("what is written is read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.option(fc.uint8Array(), { nil: undefined }), (count, signature) => {
      const given = { certificates: many(count), ...(signature === undefined ? {} : { signature }) };
      const read = parseChainStatement(encodeChainStatement(given));
      assert.deepEqual(
        read.chain.map(({ der }) => der),
        given.certificates,
      );
      assert.deepEqual(read.signature, signature);
    }),
  );
});

test("none or too many certificates are refused, unless none are allowed", () => {
  for (const count of [0, 11])
    assert.throws(() => parseChainStatement(encodeChainStatement({ certificates: many(count) })), refusal);
  assert.deepEqual(parseChainStatement(encodeChainStatement({ certificates: [] }), { least: 0 }), { chain: [] });
});

test("other shapes are refused", () => {
  const bad = [
    encodeCbor([certificate.der]),
    encodeCbor(new Map([[1, certificate.der]])),
    encodeCbor(new Map([[2, certificate.der]])),
    encodeCbor(
      new Map<number, Uint8Array[] | string>([
        [1, many(1)],
        [2, "signature"],
      ]),
    ),
    encodeCbor(
      new Map<number, Uint8Array[] | number>([
        [1, many(1)],
        [3, 0],
      ]),
    ),
    encodeCbor(new Map([[1, [certificate.der.subarray(1)]]])),
    encodeCbor(
      new Map<number, Uint8Array[] | Uint8Array>([
        [1, many(1)],
        [2, new Uint8Array(70_000)],
      ]),
    ),
  ];
  for (const statement of bad) assert.throws(() => parseChainStatement(statement), refusal);
});

test("any octets give a statement or that refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
      try {
        parseChainStatement(octets);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_EVIDENCE_MALFORMED"), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
