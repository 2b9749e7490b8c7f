// SPDX-License-Identifier: Apache-2.0
// What is written out is held against what the general way would write.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodePem } from "natalis/formats";
import { formatUuid, toBase64 } from "natalis/kernel";
import type { BirthOutcome } from "../../service/births.ts";
import { encodeBirthAnswer } from "./birth-answer.ts";
import { encodeProvisionalAnswer } from "./provisional-answer.ts";
import { birthAnswerSchema, provisionalAnswerSchema } from "./schemas.ts";

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });

/** Version 7 and the variant of RFC 9562. */
function asUuid(id: Uint8Array): Uint8Array {
  id[6] = 0x70 | ((id[6] as number) & 0x0f);
  id[8] = 0x80 | ((id[8] as number) & 0x3f);
  return id;
}

const answers: fc.Arbitrary<BirthOutcome> = fc.record(
  {
    kind: fc.constantFrom("born", "stored"),
    deviceId: bytes(16).map(asUuid),
    index: fc.maxSafeNat(),
    certificate: bytes(0, 800),
    chain: fc.array(bytes(1, 400), { maxLength: 3 }),
    record: bytes(0, 300),
    entry: bytes(0, 200),
    receipt: fc.array(fc.string({ unit: "binary" }), { maxLength: 3 }).map((parts) => parts.join("\n\n")),
    salt: bytes(16),
  },
  { requiredKeys: ["kind", "deviceId", "index", "certificate", "chain", "record", "entry", "receipt"] },
);

test("an answer is the JSON of its schema", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const { deviceId, certificate, chain, record, entry, salt, ...rest } = answer;
      const encoded = encodeBirthAnswer(answer);
      assert.deepEqual(birthAnswerSchema.parse(JSON.parse(encoded)), {
        ...rest,
        device: formatUuid(deviceId),
        certificate: encodePem("CERTIFICATE", certificate),
        chain: chain.map((der) => encodePem("CERTIFICATE", der)),
        record: toBase64(record),
        entry: toBase64(entry),
        ...(salt && { salt: toBase64(salt) }),
      });
    }),
  );
});

test("a station's answer is the JSON of its schema", () => {
  fc.assert(
    fc.property(answers, ({ deviceId, certificate, chain, record }) => {
      const encoded = encodeProvisionalAnswer({ kind: "born", deviceId, certificate, chain, record });
      assert.deepEqual(provisionalAnswerSchema.parse(JSON.parse(encoded)), {
        device: formatUuid(deviceId),
        kind: "provisional",
        certificate: encodePem("CERTIFICATE", certificate),
        chain: chain.map((der) => encodePem("CERTIFICATE", der)),
        record: toBase64(record),
      });
    }),
  );
});

test("an answer is ASCII, whatever is in a receipt", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      assert.match(encodeBirthAnswer(answer), /^[ -~]*$/);
    }),
  );
});

test("a chain is encoded once, and another one is another one", () => {
  const [one, other] = [[Uint8Array.of(1)], [Uint8Array.of(2)]];
  const nothing = new Uint8Array(0);
  const rest = { kind: "born", index: 0, certificate: nothing, record: nothing, entry: nothing, receipt: "" } as const;
  const chainIn = (chain: readonly Uint8Array[]) =>
    (JSON.parse(encodeBirthAnswer({ ...rest, deviceId: new Uint8Array(16), chain })) as { chain: string[] }).chain;
  assert.deepEqual(chainIn(one), chainIn(one));
  assert.notDeepEqual(chainIn(one), chainIn(other));
});
