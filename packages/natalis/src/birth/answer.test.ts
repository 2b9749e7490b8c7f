// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { answerBirth } from "./answer.ts";

test("an answer has the documents, their place in the log, and the chain above, and nothing of the registry's own", () => {
  const told = {
    deviceId: new Uint8Array(16),
    certificate: Uint8Array.of(1),
    record: Uint8Array.of(2),
    receipt: "c2sp.org/tlog-proof@v1",
    entry: Uint8Array.of(3),
    index: 4,
  };
  const chain = [Uint8Array.of(5), Uint8Array.of(6)];
  const answer = answerBirth({ ...told, salt: new Uint8Array(16) } as typeof told, chain);
  assert.deepEqual(answer, { ...told, chain });
});
