// SPDX-License-Identifier: Apache-2.0
// A simulation looks at no clock, waits for no timer and draws nothing but from its seed, nor does what runs in it.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { mock, test } from "node:test";
import timers from "node:timers/promises";

/** Each of them is outside virtual time. */
const touched: string[] = [];

function forbid<Name extends string>(owner: Record<Name, unknown>, name: Name): void {
  const real = owner[name] as (...input: unknown[]) => unknown;
  mock.method(owner as Record<Name, typeof real>, name, (...input: unknown[]) => {
    touched.push(name);
    return real(...input);
  });
}

test("a hundred seeds, the same without a clock, a timer and randomness of this machine", async () => {
  forbid(timers, "setTimeout");
  forbid(timers, "setImmediate");
  forbid(crypto, "randomBytes");
  forbid(crypto, "randomFillSync");
  forbid(crypto.webcrypto, "getRandomValues");
  syncBuiltinESMExports();
  const { simulate } = await import("./simulate.ts");
  for (const name of ["setTimeout", "setImmediate", "setInterval"] as const) forbid(globalThis, name);
  forbid(Math, "random");
  forbid(Date, "now");
  forbid(performance, "now");
  touched.length = 0;
  for (let seed = 1; seed <= 100; seed++) assert.deepEqual((await simulate({ seed })).violations, []);
  const seen = [...touched];
  mock.restoreAll();
  syncBuiltinESMExports();
  assert.deepEqual(seen, []);
});
