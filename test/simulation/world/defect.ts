// SPDX-License-Identifier: Apache-2.0
// Bugs planted on purpose, to show that the simulation finds their like.

export const defects = {
  "early-answer": "the store answers a commit before it is durable",
  "blind-head": "the store writes the head without comparing it with the one that was planned on",
  "torn-write": "the store goes on from a commit of which a crash left only a part",
  "doubled-leaf": "the store writes the leaves of a commit again whose reply got lost",
  "reply-is-outcome": "the store takes a lost reply for a failure, and lets key and unit go again",
  "held-turn": "the store leaves the turn with a registrar that died in it",
  "skipped-mirror": "a registrar does not keep its checkpoints outside the store",
  "hasty-answer": "a registrar answers before its checkpoint is kept outside the store",
  "second-signature": "a registrar signs a retry anew instead of answering with what is stored",
} as const;

export type Defect = keyof typeof defects;
