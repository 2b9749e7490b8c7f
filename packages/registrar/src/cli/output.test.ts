// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorFactory } from "natalis/kernel";
import { describeError, exitCodeOf, visible } from "./output.ts";

const refused = errorFactory({ NAT_TEST_REFUSED: "Refused." });

test("what a terminal would obey is spelled out, as JSON does", () => {
  assert.equal(visible("\u001b[31mred\u0007\u009b2J"), "\\u001b[31mred\\u0007\\u009b2J");
  assert.equal(visible("admin\u202egnp.exe\u2066"), "admin\\u202egnp.exe\\u2066");
  assert.equal(visible("line\nforged\rover\u2028too\u007f"), "line\\u000aforged\\u000dover\\u2028too\\u007f");
  const name = "tag\u{e0041}\u200d";
  assert.equal(JSON.parse(visible(JSON.stringify(name))), name);
});

test("everything else is shown as it is", () => {
  const text = "Plant 7\tMünchen 東京 😀 \\u001b";
  assert.equal(visible(text), text);
});

test("an error is its message with its code, then its causes, and no stack", () => {
  const cause = new Error("disk\u001b[2Jfull", { cause: new Error("deeper") });
  assert.equal(
    describeError(refused("NAT_TEST_REFUSED", "unit 7", cause)),
    "error: Refused. [NAT_TEST_REFUSED] unit 7\n  because: disk\\u001b[2Jfull\n  because: deeper",
  );
  assert.equal(describeError("text"), "error: text");
});

test("a message of several lines stays one, and causes have an end", () => {
  assert.equal(describeError(new Error("a\nb")), "error: a; b");
  const endless = new Error("again");
  endless.cause = endless;
  assert.equal(describeError(endless).split("\n").length, 5);
});

test("what was refused, and what the system does not allow, end with 1; what should not happen with 70", () => {
  const system = Object.assign(new Error("EACCES: permission denied, mkdir '/x'"), {
    code: "EACCES",
    syscall: "mkdir",
  });
  assert.deepEqual(
    [refused("NAT_TEST_REFUSED", ""), system, new TypeError("bug"), "x"].map(exitCodeOf),
    [1, 1, 70, 70],
  );
});
