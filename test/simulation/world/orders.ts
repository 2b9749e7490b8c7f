// SPDX-License-Identifier: Apache-2.0
// What stations want in one seed: most want what they may have; some want a key or a unit that another wants too.

import type { BirthRequest } from "natalis/birth";
import { requestFor } from "./maker.ts";
import type { Random } from "./random.ts";

/** Who wants what: one device's key as one unit. */
export interface Order {
  readonly station: string;
  /** Names the key. */
  readonly key: string;
  readonly serial: string;
  readonly facility: string;
  /** What the station sends. */
  readonly request: BirthRequest;
}

type Wish = Omit<Order, "request">;

const stationNames = ["station-1", "station-2", "station-3"] as const;

export async function drawOrders(random: Random): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (const wish of drawWishes(random))
    orders.push({ ...wish, request: await requestFor(wish.key, wish.serial, wish.facility) });
  return orders;
}

function drawWishes(random: Random): readonly Wish[] {
  const wishes: Wish[] = [];
  const count = random.between(2, 8);
  for (let unit = 1; unit <= count; unit++) {
    const wish: Wish = {
      station: random.pick(stationNames),
      key: `key-${unit}`,
      serial: `SN-${unit}`,
      facility: "hall 1",
    };
    wishes.push(wish);
    if (random.chance(0.3)) wishes.push(rivalOf(wish, random));
  }
  return wishes;
}

/** Wants the same, or half of it. */
function rivalOf(wish: Wish, random: Random): Wish {
  return random.pick<Wish>([
    { ...wish },
    { ...wish, station: random.pick(stationNames) },
    { ...wish, key: `other ${wish.key}` },
    { ...wish, serial: `${wish.serial}-B` },
    { ...wish, facility: "hall 2" },
  ]);
}

/** Births that each station may ask for; undefined: any number. */
export function drawQuotas(random: Random): ReadonlyMap<string, number | undefined> {
  return new Map(stationNames.map((name) => [name, random.chance(0.3) ? random.between(1, 4) : undefined]));
}
