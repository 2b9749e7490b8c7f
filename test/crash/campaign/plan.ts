// SPDX-License-Identifier: Apache-2.0
// Which deaths a campaign has, in which order: all of it follows from the seed. When the n-th passing of a step comes,
// the machine decides; what has been passed by then, the step does.

import { passingsOf, type Step } from "../doom/steps.ts";
import { type Choices, choicesOf } from "./random.ts";

/** At the n-th passing of a step, so many milliseconds after a round's first answer, or so many after its start. */
export type Death =
  | { readonly step: Step; readonly passing: number }
  | { readonly after: number }
  | { readonly starting: number };

export interface Round {
  /** From 0. */
  readonly number: number;
  readonly death: Death;
  /** Whether one of its lines asks for many births a call. */
  readonly batches: boolean;
}

export interface PlanOptions {
  readonly kills: number;
  readonly seed: number;
  readonly steps: readonly Step[];
}

/** Of so many deaths one comes at any moment under load, and one in a start, milliseconds. */
const turn = 6;
const longestMoment = 200;
const longestStart = 1000;

/** Steps come as equally often as their number allows, in an order of the seed. */
export function planOf({ kills, seed, steps }: PlanOptions): Round[] {
  const choices = choicesOf(seed);
  let due: Step[] = [];
  const deathOf = (number: number): Death => {
    if (number % turn === 2) return { after: choices.below(longestMoment) };
    if (number % turn === 5) return { starting: choices.below(longestStart) };
    if (due.length === 0) due = shuffled(steps, choices);
    const step = due.pop() as Step;
    return { step, passing: 1 + choices.below(passingsOf(step)) };
  };
  return Array.from({ length: kills }, (_, number) => ({
    number,
    death: deathOf(number),
    batches: choices.below(2) === 0,
  }));
}

export function nameOf(death: Death): string {
  if ("step" in death) return `${death.step}, passing ${death.passing}`;
  return "after" in death ? `${death.after} ms after an answer` : `${death.starting} ms after its start`;
}

function shuffled(steps: readonly Step[], choices: Choices): Step[] {
  const rest = [...steps];
  return Array.from(steps, () => rest.splice(choices.below(rest.length), 1)[0] as Step);
}
