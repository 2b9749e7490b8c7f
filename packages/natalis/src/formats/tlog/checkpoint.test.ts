// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError, toBase64 } from "../../kernel/index.ts";
import { encodeCheckpoint, parseCheckpoint } from "./checkpoint.ts";

const code = "NAT_TLOG_CHECKPOINT";
// The example of C2SP tlog-checkpoint.
const published = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

test("the example of C2SP tlog-checkpoint is read and written back", () => {
  const checkpoint = parseCheckpoint(published);
  assert.equal(checkpoint.origin, "example.com/behind-the-sofa");
  assert.equal(checkpoint.size, 20_852_163);
  assert.equal(toBase64(checkpoint.root), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
  assert.equal(encodeCheckpoint(checkpoint), published);
});

test("checkpoints of every size are read back", () => {
  const roots = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.oneof(fc.nat(3), fc.maxSafeInteger().map(Math.abs)), roots, (size, root) => {
      const checkpoint = { origin: "log.example/births", size, root };
      assert.deepEqual(parseCheckpoint(encodeCheckpoint(checkpoint)), checkpoint);
    }),
  );
});

test("refuses every other form", () => {
  const root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  const refused = [
    "",
    "\n",
    "\n\n\n",
    "log\n5\n",
    `log\n5\n${root}`,
    `\n5\n${root}\n`,
    `log\n\n${root}\n`,
    `log\n05\n${root}\n`,
    `log\n-5\n${root}\n`,
    `log\n+5\n${root}\n`,
    `log\n5.0\n${root}\n`,
    `log\n0x5\n${root}\n`,
    `log\n 5\n${root}\n`,
    `log\n٥\n${root}\n`,
    `log\n9007199254740992\n${root}\n`,
    `log\n${"9".repeat(100)}\n${root}\n`,
    `log\n5\n${root.slice(0, -1)}\n`,
    `log\n5\n${root.slice(0, -2)}J=\n`,
    `log\n5\n${toBase64(new Uint8Array(31))}\n`,
    `log\n5\n${toBase64(new Uint8Array(33))}\n`,
    // Extension lines, which C2SP allows and this log does not have.
    `log\n5\n${root}\nextension\n`,
    `log\n5\n${root}\n\n`,
    `log\n5\n${root}\n\n\n\n\n`,
  ];
  for (const text of refused) assert.throws(() => parseCheckpoint(text), { code }, JSON.stringify(text));
});

test("writes no checkpoint that it would not read", () => {
  const root = new Uint8Array(32);
  assert.throws(() => encodeCheckpoint({ origin: "", size: 1, root }), { code });
  assert.throws(() => encodeCheckpoint({ origin: "log\n7", size: 1, root }), { code });
  assert.throws(() => encodeCheckpoint({ origin: "log", size: -1, root }), { code });
  assert.throws(() => encodeCheckpoint({ origin: "log", size: 2 ** 53, root }), { code });
  assert.throws(() => encodeCheckpoint({ origin: "log", size: 1, root: new Uint8Array(31) }), { code });
});

test("a checkpoint bent anywhere is refused, or says what it is written as", () => {
  fc.assert(
    fc.property(fc.nat(90), fc.nat(3), fc.string({ unit: "binary", maxLength: 2 }), (at, cut, insert) => {
      const bent = published.slice(0, at) + insert + published.slice(at + cut);
      try {
        assert.equal(encodeCheckpoint(parseCheckpoint(bent)), bent);
      } catch (error) {
        assert.ok(isNatalisError(error, code), String(error));
      }
    }),
  );
});
