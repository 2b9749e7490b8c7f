// SPDX-License-Identifier: Apache-2.0
// How long each adversary is judged from its bytes to its refusal: the first time, when nothing is compiled yet, and
// the median of the times after.

import { adversaries } from "./adversaries.ts";
import { type Refusal, refuse } from "./adversary.ts";
import { columns } from "../report.ts";

const repetitions = 15;

/** A table in text; the requirement is under 50 ms. */
export async function timingText(): Promise<string> {
  const rows: string[][] = [["adversary", "refused by", "first", "median", "longest"]];
  for (const adversary of await adversaries()) {
    const [first, ...others] = await inTurn(repetitions, () => refuse(adversary));
    const sorted = others.map((one) => one.milliseconds).toSorted((a, b) => a - b);
    const [median, longest] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    const times = [first?.milliseconds, median, longest].map((one) => `${(one ?? Number.NaN).toFixed(1)} ms`);
    rows.push([adversary.name, reasonOf(first?.result), ...times]);
  }
  return columns(rows).join("\n");
}

/** What ran out, or else the code. */
function reasonOf(refusal: Refusal | undefined): string {
  const { code = "", detail = "" } = refusal?.error ?? {};
  return detail.startsWith("out of ") ? detail : code;
}

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<{ result: T; milliseconds: number }[]> {
  const all: { result: T; milliseconds: number }[] = [];
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    all.push({ result: await work(), milliseconds: performance.now() - begun });
  }
  return all;
}
