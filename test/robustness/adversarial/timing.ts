// SPDX-License-Identifier: Apache-2.0
// How long each adversary is judged from its bytes to its verdict: the first time, when nothing is compiled yet, and
// the median and the longest of the times after; beside them the processor's time, which a busy machine does not stretch.

import { adversaries } from "./adversaries.ts";
import { judge, type Outcome } from "./adversary.ts";
import { columns } from "../report.ts";

const repetitions = 15;

/** Milliseconds that a verdict may take once the program is warm. */
const longest = 50;

/** A table in text, and what took too long of the processor's time. */
export async function timeAdversaries(): Promise<{ text: string; slow: readonly string[] }> {
  const slow: string[] = [];
  const rows: string[][] = [["adversary", "verdict", "first", "median", "longest", "processor"]];
  for (const adversary of await adversaries()) {
    const [first, ...others] = (await inTurn(repetitions, () => judge(adversary))) as [Timed, ...Timed[]];
    const [waited, processor] = [others.map((one) => one.waited), others.map((one) => one.processor)];
    const times = [first.waited, median(waited), Math.max(...waited), median(processor)];
    rows.push([adversary.name, reasonOf(first.outcome), ...times.map((one) => `${one.toFixed(1)} ms`)]);
    if (median(processor) >= longest) slow.push(`${adversary.name}: ${median(processor).toFixed(0)} ms`);
  }
  return { text: columns(rows).join("\n"), slow };
}

/** What ran out, or else the code. */
function reasonOf({ code, detail }: Outcome): string {
  return detail.startsWith("out of ") ? detail : code;
}

/** Milliseconds. */
interface Timed {
  readonly outcome: Outcome;
  readonly waited: number;
  readonly processor: number;
}

async function inTurn(times: number, work: () => Promise<Outcome>): Promise<Timed[]> {
  const all: Timed[] = [];
  for (let i = 0; i < times; i++) {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const outcome = await work();
    const { user, system } = process.cpuUsage(used);
    all.push({ outcome, waited: performance.now() - begun, processor: (user + system) / 1000 });
  }
  return all;
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number;
}
