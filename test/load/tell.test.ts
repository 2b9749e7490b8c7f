// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { tellTo } from "./tell.ts";

test("progress is told now and then, and at its end", () => {
  let [now, told] = [0, ""];
  const tell = tellTo(
    (text) => {
      told += text;
    },
    () => now,
  );
  tell.line("begun");
  const progress = tell.progress("births", 100);
  for (now = 500; now <= 2_500; now += 500) progress(now / 50);
  now = 2_600;
  progress(100);
  assert.equal(told, "begun\nbirths: 40 of 100, 20/s\nbirths: 100 of 100, 38/s\n");
});
