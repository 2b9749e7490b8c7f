// SPDX-License-Identifier: Apache-2.0
// Divides a load into tasks: a share of its units is made by OpenSSL, and of either kind a part is asked for one by one.

import type { Maker, Task, Way } from "./task.ts";

export interface Load {
  readonly births: number;
  /** How many of them OpenSSL makes. */
  readonly openssl: number;
}

/** One in so many units is asked for in a request of its own. */
const singleShare = 5;
const unitsPerTask = { single: 50, batch: 250 } as const;

/** In an order in which all kinds are under way from the beginning to the end. */
export function tasksOf({ births, openssl }: Load): Task[] {
  const kinds: readonly [Maker, number][] = [
    ["openssl", openssl],
    ["sdk", births - openssl],
  ];
  let first = 0;
  const tasks = kinds.flatMap(([maker, units]) => {
    const single = Math.ceil(units / singleShare);
    return [...divided(maker, "single", single), ...divided(maker, "batch", units - single)];
  });
  return interleaved(tasks);

  function divided(maker: Maker, way: Way, units: number): Task[] {
    const parts: Task[] = [];
    for (let left = units; left > 0; left -= unitsPerTask[way]) {
      const some = Math.min(left, unitsPerTask[way]);
      parts.push({ maker, way, first, units: some });
      first += some;
    }
    return parts;
  }
}

/** Each kind at even distances. */
function interleaved(tasks: readonly Task[]): Task[] {
  const kinds = Map.groupBy(tasks, ({ maker, way }) => `${maker} ${way}`);
  const placed = Array.from(kinds.values(), (kind) =>
    kind.map((task, i) => ({ task, place: (i + 0.5) / kind.length })),
  );
  return placed
    .flat()
    .toSorted((a, b) => a.place - b.place)
    .map(({ task }) => task);
}
