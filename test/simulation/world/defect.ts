// SPDX-License-Identifier: Apache-2.0
// Bugs planted on purpose, to show that the simulation finds their like.

export const defects = {
  "early-answer": "the store answers a commit before it is durable",
  "blind-head": "the store writes the head without comparing it with the one that was planned on",
  "second-signature": "a retry is signed anew instead of answered with what is stored",
  "reply-is-outcome": "the store takes a lost reply for a failure, and lets key and unit go again",
  "torn-write": "a crash leaves a prefix of a commit",
} as const;

export type Defect = keyof typeof defects;
