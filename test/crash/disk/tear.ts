// SPDX-License-Identifier: Apache-2.0
// What a disk may hold of a write that a power cut ended: nothing after some byte, zeros, what was there before, or some
// of the sectors and not others, in no order.

import type { Choices } from "../campaign/random.ts";

const sector = 512;

/** A copy of `whole` of which everything from `from` on was under way; what was there before is `old`, or nothing. */
export type Tear = (whole: Buffer, from: number, choices: Choices) => Buffer;

const cut: Tear = (whole, from, choices) => whole.subarray(0, from + choices.below(whole.length - from));

const zeros: Tear = (whole, from, choices) => {
  const torn = Buffer.from(whole);
  return torn.fill(0, from + choices.below(whole.length - from));
};

const noise: Tear = (whole, from, choices) => {
  const torn = Buffer.from(whole);
  for (let at = from + choices.below(whole.length - from); at < torn.length; at++) torn[at] = choices.below(256);
  return torn;
};

/** One sector at least is missing. */
const sectors: Tear = (whole, from, choices) => {
  const torn = Buffer.from(whole);
  const first = Math.ceil(from / sector);
  const count = Math.ceil(whole.length / sector) - first;
  if (count < 1) return cut(whole, from, choices);
  const missing = choices.below(count);
  for (let i = 0; i < count; i++)
    if (i === missing || choices.below(2) === 0) torn.subarray((first + i) * sector, (first + i + 1) * sector).fill(0);
  return torn;
};

export const tears = { cut, zeros, noise, sectors } satisfies Readonly<Record<string, Tear>>;

/** A page of which some sectors are new and the others old; neither all nor none, where they differ. */
export function mixedPage(old: Buffer, fresh: Buffer, choices: Choices): Buffer {
  const page = Buffer.from(old);
  const count = fresh.length / sector;
  const [kept, written] = [choices.below(count), choices.below(count)];
  for (let i = 0; i < count; i++)
    if (i === written || (i !== kept && choices.below(2) === 0))
      fresh.copy(page, i * sector, i * sector, (i + 1) * sector);
  return page;
}
