// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { currencyFault } from "./currency.ts";

const second = (n: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, 0) + n * 1000);

/** thisUpdate at 0; nextUpdate, skew, maxAge and the instant in seconds from there. */
const cases: readonly [
  title: string,
  given: { next?: number; skew?: number; maxAge?: number; at: number },
  fault: string | undefined,
][] = [
  ["at its beginning", { next: 60, at: 0 }, undefined],
  ["before it", { next: 60, at: -0.001 }, "it speaks from 2026-11-24T12:00:00.000Z"],
  ["before it by the skew", { next: 60, skew: 5, at: -5 }, undefined],
  ["before it by more than the skew", { next: 60, skew: 5, at: -5.001 }, "it speaks from 2026-11-24T12:00:00.000Z"],
  ["at its end", { next: 60, at: 60 }, "the next one was due 2026-11-24T12:01:00.000Z"],
  ["just before its end", { next: 60, at: 59.999 }, undefined],
  ["after its end within the skew", { next: 60, skew: 5, at: 64.999 }, undefined],
  ["after its end and the skew", { next: 60, skew: 5, at: 65 }, "the next one was due 2026-11-24T12:01:00.000Z"],
  ["as old as allowed", { next: 60, maxAge: 30, at: 30 }, undefined],
  ["older than allowed", { next: 60, maxAge: 30, at: 30.001 }, "it is of 2026-11-24T12:00:00.000Z"],
  ["older than allowed within the skew", { next: 60, maxAge: 30, skew: 5, at: 35 }, undefined],
  ["young enough, but over", { next: 60, maxAge: 90, at: 70 }, "the next one was due 2026-11-24T12:01:00.000Z"],
  ["no end, at its instant", { at: 0 }, undefined],
  ["no end, later", { at: 0.001 }, "it does not say when the next one is due"],
  ["no end, later within the skew", { skew: 5, at: 5 }, undefined],
  ["no end, as old as allowed", { maxAge: 30, at: 30 }, undefined],
  ["no end, older than allowed", { maxAge: 30, at: 30.001 }, "it is of 2026-11-24T12:00:00.000Z"],
  ["an end before its beginning", { next: -60, at: 0 }, "the next one was due 2026-11-24T11:59:00.000Z"],
  ["no instant", { next: 60, at: Number.NaN }, "it speaks from 2026-11-24T12:00:00.000Z"],
  ["a skew that is no number", { next: 60, skew: Number.NaN, at: 1 }, "it speaks from 2026-11-24T12:00:00.000Z"],
  ["an age that is no number", { next: 60, maxAge: Number.NaN, at: 1 }, "it is of 2026-11-24T12:00:00.000Z"],
];

for (const [title, { next, skew = 0, maxAge, at }, fault] of cases)
  test(title, () => {
    const updates = { thisUpdate: second(0), nextUpdate: next === undefined ? undefined : second(next) };
    assert.equal(currencyFault(updates, second(at), { unknown: "refuse", clockSkew: skew, maxAge }), fault);
  });
