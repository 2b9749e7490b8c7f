// SPDX-License-Identifier: Apache-2.0
// What is told of a seed that failed: what did not hold, what happened last, and how to see all of it again.

import { type Outcome, type SimulationOptions, simulate } from "./simulate.ts";

const mostViolations = 8;
const mostLines = 40;

/** Runs the seed once more, for its trace. */
export async function failureText({ seed, defect }: SimulationOptions): Promise<string> {
  const { violations, trace } = await simulate({ seed, defect, isTraced: true });
  const omitted = trace.length - mostLines;
  return [
    `seed ${seed}: ${violations.length} violations`,
    ...shortened(violations),
    ...(omitted > 0 ? [`... ${omitted} lines before`] : []),
    ...trace.slice(-mostLines),
    `again: npm run simulate -- --seed ${seed}${defect === undefined ? "" : ` --defect ${defect}`}`,
  ].join("\n");
}

/** One seed with all that happened in it. */
export function outcomeText({ seed, violations, trace, steps, entries, answers, refusals }: Outcome): string {
  const verdict = violations.length === 0 ? "every invariant holds" : `${violations.length} violations`;
  const counts = `${steps} steps, ${entries} entries, ${answers} answers, ${refusals} refusals`;
  return [...trace, ...violations.map(violationLine), `seed ${seed}: ${verdict}; ${counts}`].join("\n");
}

function shortened(violations: readonly string[]): string[] {
  const more = violations.length - mostViolations;
  return [...violations.slice(0, mostViolations).map(violationLine), ...(more > 0 ? [`... and ${more} more`] : [])];
}

function violationLine(violation: string): string {
  return `VIOLATION ${violation}`;
}
