// SPDX-License-Identifier: Apache-2.0
// The property that every target is held to: hostile bytes give a sound value or an error of a catalogue. Whatever else
// is thrown passes through and fails the run.

import assert from "node:assert/strict";
import * as node from "@natalis/node";
import * as birth from "natalis/birth";
import * as formats from "natalis/formats";
import * as kernel from "natalis/kernel";
import * as path from "natalis/path";
import * as protect from "natalis/protect";
import * as webcrypto from "natalis/webcrypto";

export type Outcome = "value" | kernel.ErrorCode;

/** Code and meaning of every error that these rooms may throw. */
const catalogue: ReadonlyMap<string, string> = new Map(
  [kernel, formats, path, protect, birth, webcrypto, node].flatMap((room) =>
    Object.entries(room).flatMap(([name, exported]) =>
      name.endsWith("Errors") ? Object.entries(exported as kernel.ErrorCatalogue) : [],
    ),
  ),
);

/** Whether an error code is one of these rooms'. */
export function isCatalogued(code: string): boolean {
  return catalogue.has(code);
}

/** How far into a value is looked: lists of thousands of entries have all alike. */
const mostLookedAt = 500;

/** @throws what is neither a value nor an error of a catalogue */
export async function outcomeOf(work: () => unknown): Promise<Outcome> {
  try {
    requireSound(await work());
    return "value";
  } catch (error) {
    if (!kernel.isNatalisError(error)) throw error;
    const meaning = catalogue.get(error.code);
    assert.ok(meaning !== undefined && error.message.startsWith(meaning), `${error.code} is in no catalogue`);
    return error.code;
  }
}

/** A Date without an instant, or a number that is none, would be a wrong answer later. */
function requireSound(value: unknown): void {
  const waiting = [value];
  for (let looked = 0; waiting.length > 0 && looked < mostLookedAt; looked++) {
    const next = waiting.pop();
    if (typeof next === "number") assert.ok(!Number.isNaN(next), "NaN in a value");
    if (next instanceof Date) assert.ok(!Number.isNaN(next.getTime()), "a Date without an instant in a value");
    waiting.push(...partsOf(next).slice(0, mostLookedAt));
  }
}

function partsOf(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value.entries()].flat();
  return value instanceof Set ? [...value] : Object.values(value);
}
