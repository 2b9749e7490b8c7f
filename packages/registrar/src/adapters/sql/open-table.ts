// SPDX-License-Identifier: Apache-2.0
// What is given out, and taken back once within minutes: open challenges, and births that wait for their evidence. Both
// databases keep them alike. Taking is one DELETE ... RETURNING, so of many takers one gets it. A table is bounded, and
// what expires first gives way; where rows have owners, each may have so many, and beyond the bound of all whoever has the
// most gives way: so nobody's rows push out another's.

/** Of the schema: nothing in it comes from outside. */
export interface OpenTable {
  readonly name: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** Column of the owner, where rows have one. */
  readonly owner?: string;
}

export interface OpenStatements {
  /** Values of the columns. */
  readonly put: string;
  readonly count: string;
  /** All but so many. */
  readonly trim: string;
  /** Of one owner all but so many; the same as `trim` where rows have none. */
  readonly trimOwner: string;
  /** By key, and owner where there is one. */
  readonly take: string;
}

/** Both databases want a limit before an offset. */
const noLimit = 1_000_000_000;

/** @param place the n-th parameter, from 1 */
export function openStatements(
  { name, key, columns, owner }: OpenTable,
  place: (number: number) => string,
): OpenStatements {
  const [list, places] = [columns.join(", "), columns.map((_, i) => place(i + 1)).join(", ")];
  const beyond = (number: number) => `LIMIT ${noLimit} OFFSET ${place(number)}`;
  const ranked = `SELECT ${key}, expires_at, row_number() OVER (PARTITION BY ${owner} ORDER BY expires_at DESC, ${key}) AS rank FROM ${name}`;
  const [from, order] =
    owner === undefined
      ? [name, `expires_at DESC, ${key}`]
      : [`(${ranked}) AS ranked`, `rank, expires_at DESC, ${key}`];
  const drop = `DELETE FROM ${name} WHERE ${key} IN`;
  const trim = `${drop} (SELECT ${key} FROM ${from} ORDER BY ${order} ${beyond(1)})`;
  const own = `SELECT ${key} FROM ${name} WHERE ${owner} = ${place(1)} ORDER BY expires_at DESC, ${key} ${beyond(2)}`;
  const isOwn = owner === undefined ? "" : ` AND ${owner} = ${place(2)}`;
  return {
    put: `INSERT INTO ${name} (${list}) VALUES (${places}) ON CONFLICT (${key}) DO NOTHING`,
    count: `SELECT count(*) AS rows FROM ${name}`,
    trim,
    trimOwner: owner === undefined ? trim : `${drop} (${own})`,
    take: `DELETE FROM ${name} WHERE ${key} = ${place(1)}${isOwn} RETURNING ${list}`,
  };
}

export interface OpenLimits {
  readonly all: number;
  /** Of one owner. */
  readonly owner: number;
}

/** How many a station may begin before it asks for the births: ten minutes of a fast line. */
export const openLimits: OpenLimits = { all: 100_000, owner: 10_000 };

/** Owners that are counted at once; forgetting them trims sooner. */
const mostOwners = 10_000;

/**
 * When to look whether a table is above its limits: after each hundredth of them. So a put costs the same whatever is
 * there, and the table may stand a hundredth above its limit for each process.
 */
export class TrimPace {
  readonly #every: { readonly all: number; readonly owner: number };
  readonly #owners = new Map<string, number>();
  #puts = 0;

  constructor(limits: OpenLimits) {
    const hundredth = (limit: number) => Math.max(1, Math.floor(limit / 100));
    this.#every = { all: hundredth(limits.all), owner: hundredth(limits.owner) };
  }

  /** To be asked once after each put. */
  isDue(): boolean {
    this.#puts += 1;
    return this.#puts % this.#every.all === 0;
  }

  isOwnerDue(owner: string): boolean {
    const puts = (this.#owners.get(owner) ?? 0) + 1;
    if (puts < this.#every.owner && this.#owners.size < mostOwners) {
      this.#owners.set(owner, puts);
      return false;
    }
    this.#owners.delete(owner);
    return true;
  }
}
