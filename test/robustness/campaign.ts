// SPDX-License-Identifier: Apache-2.0
// Mutates the samples of formats and judges what their targets make of it. A failure tells seed, path and the smallest
// bytes found; the same seed and path run that one case again.

import * as fc from "fast-check";
import { toBase64 } from "natalis/kernel";
import type { Format } from "./format.ts";
import { type Outcome, outcomeOf } from "./judge.ts";
import { type Mutation, mutate, mutationOf } from "./mutation/mutation.ts";

export interface Attack {
  readonly format: Format;
  readonly mutations: number;
  readonly seed: number;
  /** fast-check's path to one case: it alone is run. */
  readonly path?: string | undefined;
  /** Told after each mutation how many there were. */
  readonly progress?: ((done: number) => void) | undefined;
}

export interface AttackReport {
  readonly format: string;
  readonly mutations: number;
  /** How often each answer was given, over all targets. */
  readonly outcomes: ReadonlyMap<Outcome, number>;
  /** The case that took most of the processor's time: in which target, and how many octets it had. */
  readonly slowest: { readonly milliseconds: number; readonly target: string; readonly octets: number };
}

/** @throws Error with what is needed to run the failing case again */
export async function attack({ format, mutations, seed, path, progress }: Attack): Promise<AttackReport> {
  const outcomes = new Map<Outcome, number>();
  let slowest = { milliseconds: 0, target: "", octets: 0 };
  let done = 0;
  const property = fc.asyncProperty(mutationOf(format.encoding), async (mutation) => {
    const bytes = mutate(format.samples, mutation);
    for (const { name: target, attack: feed } of format.targets) {
      const work = () => outcomeOf(() => feed(bytes, mutation.sample % format.samples.length));
      const { outcome, milliseconds } = await timed(work);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (milliseconds <= slowest.milliseconds) continue;
      // Once more: only what is slow twice is slow, and not compiling or collecting.
      const again = Math.min(milliseconds, (await timed(work)).milliseconds);
      if (again > slowest.milliseconds) slowest = { milliseconds: again, target, octets: bytes.length };
    }
    progress?.(++done);
  });
  const details = await fc.check(property, { numRuns: mutations, seed, ...(path === undefined ? {} : { path }) });
  if (details.failed) throw new Error(failureText(format, details), { cause: details.errorInstance });
  return { format: format.name, mutations, outcomes, slowest };
}

/** Divides the mutations by the formats' shares; each gets at least one. */
export function shares(formats: readonly Format[], mutations: number): readonly (readonly [Format, number])[] {
  const whole = formats.reduce((sum, { share }) => sum + share, 0);
  return formats.map((format) => [format, Math.ceil((mutations * format.share) / whole)]);
}

/** In the processor's time, which a busy machine does not stretch. */
async function timed(work: () => Promise<Outcome>): Promise<{ outcome: Outcome; milliseconds: number }> {
  const begun = process.cpuUsage();
  const outcome = await work();
  const { user, system } = process.cpuUsage(begun);
  return { outcome, milliseconds: (user + system) / 1000 };
}

const mostShown = 4_096;

function failureText(format: Format, details: fc.RunDetails<[Mutation]>): string {
  const [mutation] = details.counterexample ?? [];
  const bytes = mutation === undefined ? new Uint8Array(0) : mutate(format.samples, mutation);
  const { seed, counterexamplePath: path } = details;
  return [
    `${format.name}: neither a value nor an error of a catalogue`,
    `again: npm run robustness -- --format "${format.name}" --seed ${seed} --path ${path}`,
    `mutation: ${fc.stringify(mutation)}`,
    `bytes in base64: ${bytes.length > mostShown ? `${bytes.length} octets, too many to show` : toBase64(bytes)}`,
  ].join("\n");
}
