// SPDX-License-Identifier: Apache-2.0
// The steps of a birth between request and answer at which a process can be made to die (DESIGN 3.3), in their order.
// Each is a call that leaves the program: to another thread, to OpenSSL, to the database, to a file, to the network.

/** Whoever watches tells each step that is passed. */
export type Pass = (step: Step) => void;

/** Passed once a birth, and once for each birth of a batch. */
const preparing = [
  "request heard",
  "births handed to a thread",
  "possession verified",
  "certificate due",
  "certificate signed",
  "signed births sent",
  "signed births heard",
] as const;

/** Passed once a commit. */
const checkpoint = ["checkpoint half signed", "checkpoint signed"] as const;
const mirror = ["mirror begun", "mirror half written", "mirror written", "mirror renamed", "mirror kept"] as const;
const answer = ["answer due", "answer half sent", "answer sent"] as const;

const sqliteCommit = [
  "commit handed to its thread",
  "transaction begun",
  "row written",
  "rows written",
  "committed",
  "commit told",
  "commit heard",
] as const;

export const postgresCommit = ["commit asked", "commit under way", "commit answered"] as const;

/** While this process holds the row of the head, and others wait for it. */
export const turnSteps = ["turn taken", "commit asked in turn", "rows written in turn", "committed in turn"] as const;

export const sqliteSteps = [...preparing, ...checkpoint, ...sqliteCommit, ...mirror, ...answer] as const;
export const postgresSteps = [
  ...preparing,
  ...checkpoint,
  ...postgresCommit,
  ...turnSteps,
  ...mirror,
  ...answer,
] as const;

export type Step = (typeof sqliteSteps)[number] | (typeof postgresSteps)[number];

/** Steps of the threads that prepare births, of the one that commits and of the mirror's: there a thread can die alone. */
export const birthThreadSteps = [
  "possession verified",
  "certificate due",
  "certificate signed",
  "signed births sent",
] as const satisfies readonly Step[];
export const commitThreadSteps = [
  "transaction begun",
  "row written",
  "rows written",
  "committed",
  "commit told",
] as const satisfies readonly Step[];

export const mirrorThreadSteps = mirror satisfies readonly Step[];

/** Of one batch: so many rows are written. */
const often: ReadonlySet<Step> = new Set(["row written"]);
const eachBirth: ReadonlySet<Step> = new Set([...preparing, ...answer]);

/** A registrar takes turns only where another came before it. */
const inTurns: ReadonlySet<Step> = new Set(turnSteps);

/** Up to which passing a step is worth dying at: within the first few batches. */
export function passingsOf(step: Step): number {
  if (often.has(step)) return 200;
  if (inTurns.has(step)) return 3;
  return eachBirth.has(step) ? 24 : 8;
}
