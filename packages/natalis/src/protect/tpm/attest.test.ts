// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, isNatalisError } from "../../kernel/index.ts";
import { type CertifyAttest, encodeCertifyAttest, parseCertifyAttest } from "./attest.ts";

const name = fc.uint8Array({ maxLength: 66 });
const number = fc.integer({ min: 0, max: 0xffff_ffff });
const long = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyAttest: fc.Arbitrary<CertifyAttest> = fc.record({
  qualifiedSigner: name,
  extraData: name,
  clock: long,
  resetCount: number,
  restartCount: number,
  safe: fc.boolean(),
  firmwareVersion: long,
  name,
  qualifiedName: name,
});

const refused = (bytes: Uint8Array, what?: string) =>
  assert.throws(
    () => parseCertifyAttest(bytes),
    (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
    what,
  );

test("any attestation comes back as it was written", () => {
  fc.assert(
    fc.property(anyAttest, (attest) =>
      assert.deepEqual(parseCertifyAttest(encodeCertifyAttest(attest)), { ...attest }),
    ),
  );
});

test("whatever is changed or cut gives an attestation or a catalogue error", () => {
  fc.assert(
    fc.property(anyAttest, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (attest, at, change, cut) => {
      const bytes = encodeCertifyAttest(attest);
      const altered = bytes.with(at % bytes.length, (bytes[at % bytes.length] as number) ^ change);
      for (const one of [altered, bytes.subarray(0, cut % bytes.length)])
        try {
          parseCertifyAttest(one);
        } catch (error) {
          assert.ok(isNatalisError(error, "NAT_TPM_STRUCTURE"));
        }
    }),
    { numRuns: 500 },
  );
});

test("what no TPM made, another kind of attestation, and what is neither yes nor no", () => {
  const octets = new Uint8Array(34);
  const attest = { qualifiedSigner: octets, extraData: octets, clock: 1n, resetCount: 1, restartCount: 1, safe: true };
  const bytes = encodeCertifyAttest({ ...attest, firmwareVersion: 1n, name: octets, qualifiedName: octets });
  const safeAt = 4 + 2 + 36 + 36 + 8 + 4 + 4;
  assert.equal(bytes[safeAt], 1);
  refused(bytes.with(0, 0xfe), "magic");
  refused(bytes.with(5, 0x18), "a quote");
  refused(bytes.with(safeAt, 2), "safe");
  refused(concatBytes(bytes, Uint8Array.of(0)), "left over");
});
