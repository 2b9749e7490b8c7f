// SPDX-License-Identifier: Apache-2.0
// What a registrar is told to die of: at the n-th passing of a step, as a process or as the one thread that passes it.
// It travels in the address of the module that is loaded before the registrar, into its threads too, so that the
// registrar itself knows nothing of it.

import type { Step } from "./steps.ts";

export interface Doom {
  readonly step: Step;
  /** From 1. */
  readonly passing: number;
  /** "process": kill -9 of all of it; "thread": the thread that passes it ends, and ends again with each such passing. */
  readonly of: "process" | "thread";
}

/** The words for Node that load it. */
export function doomWords(doom: Doom): string[] {
  const address = new URL("./preload.ts", import.meta.url);
  for (const [name, value] of Object.entries(doom)) address.searchParams.set(name, String(value));
  return ["--import", address.href];
}

export function doomOf(address: string): Doom {
  const { searchParams } = new URL(address);
  const told = (name: keyof Doom) => searchParams.get(name) as never;
  return { step: told("step"), passing: Number(told("passing")), of: told("of") };
}

/** What a process writes to standard error before it dies. */
export function lastWords({ step, passing }: Doom): string {
  return `doomed at passing ${passing} of: ${step}`;
}
