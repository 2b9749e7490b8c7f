// SPDX-License-Identifier: Apache-2.0
// Lanes whose contenders take turns in one run: what is measured differently shares the same seconds of the machine.

import type { Lane } from "./lane.ts";

/** Paced as the first; closed last to first. */
export function joinLanes(first: Lane, ...others: readonly Lane[]): Lane {
  const lanes = [first, ...others];
  const places = lanes.flatMap((lane) => lane.contenders.map((_, index) => ({ lane, index })));
  return {
    ...first,
    contenders: lanes.flatMap(({ contenders }) => contenders),
    run(contender, milliseconds, workers) {
      const { lane, index } = places[contender] as (typeof places)[number];
      return lane.run(index, milliseconds, workers);
    },
    async close() {
      for (const lane of lanes.toReversed()) await lane.close();
    },
  };
}
