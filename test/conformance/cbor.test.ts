// SPDX-License-Identifier: Apache-2.0
// RFC 8949 appendix A: what is deterministic and of our profile round trips byte for byte; the rest is refused by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCbor, encodeCbor } from "natalis/formats";
import { fromHex, isNatalisError, toHex } from "natalis/kernel";
import { absent, readJsonVector } from "./vectors.ts";

const folder = "cbor";
const skip = absent(folder);

/** Why an example is outside our profile, by its first byte, or undefined where it is inside. */
function whyRefused(hex: string): string | undefined {
  if (/^(5f|7f|9f|bf|83018202039f|83019f|826161bf|f9|fa)/.test(hex)) return "NAT_CBOR_NOT_DETERMINISTIC";
  if (/^fb[7f]ff/.test(hex)) return "NAT_CBOR_UNSUPPORTED";
  if (/^(c|d[78]|e|f[078])/.test(hex)) return "NAT_CBOR_UNSUPPORTED";
  return undefined;
}

interface Example {
  readonly hex: string;
  readonly decoded?: unknown;
}

test("appendix A", { skip }, () => {
  const examples = readJsonVector(`${folder}/appendix_a.json`) as Example[];
  assert.equal(examples.length, 82);
  let accepted = 0;
  for (const { hex, decoded } of examples) {
    const expected = whyRefused(hex);
    if (expected !== undefined) {
      assert.throws(
        () => decodeCbor(fromHex(hex)),
        (error) => isNatalisError(error, expected as never),
        hex,
      );
      continue;
    }
    const value = decodeCbor(fromHex(hex));
    assert.equal(toHex(encodeCbor(value)), hex);
    if (typeof decoded === "number" && Number.isInteger(decoded) && !hex.startsWith("fb")) assert.equal(value, decoded);
    if (typeof decoded === "string") assert.equal(value, decoded);
    accepted++;
  }
  assert.equal(accepted, 40);
});
