// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { algorithms, encodeCbor } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { encodePublicArea } from "natalis/protect";
import { keyTemplate } from "./templates.ts";
import { encodeWrappedKey, parseWrappedKey } from "./wrapped-key.ts";

const publicArea = encodePublicArea(keyTemplate(algorithms.ES256));
const isKey = (error: unknown) => isNatalisError(error, "NAT_TPM_KEY");

test("comes back as it was written", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (privateArea) =>
      assert.deepEqual(parseWrappedKey(encodeWrappedKey({ publicArea, privateArea })), { publicArea, privateArea }),
    ),
  );
});

test("anything else is refused", () => {
  const cases = [
    new Uint8Array(0),
    encodeCbor([]),
    encodeCbor(new Map([[1, publicArea]])),
    encodeCbor(
      new Map<number, Uint8Array | number>([
        [1, publicArea],
        [2, 3],
      ]),
    ),
    encodeCbor(
      new Map([
        [1, publicArea],
        [2, publicArea],
        [3, publicArea],
      ]),
    ),
    encodeWrappedKey({ publicArea: publicArea.subarray(1), privateArea: publicArea }),
    encodeWrappedKey({ publicArea, privateArea: new Uint8Array(4096) }),
  ];
  for (const bytes of cases) assert.throws(() => parseWrappedKey(bytes), isKey);
});
