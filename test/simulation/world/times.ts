// SPDX-License-Identifier: Apache-2.0
// How long things take, virtual milliseconds. A real server's limits are seconds; here they stand in the same order to
// what a message takes, and short enough to be met within a seed.

/** A message or a disk, mostly. */
export const quick = [1, 9] as const;
export const stalled = [100, 900] as const;
/** A request that its sender has given up. */
export const late = [10, 300] as const;
/** From a registrar's death to its next start. */
export const down = [1, 300] as const;
/** Between two attempts to start. */
export const startAgain = 50;

/** A statement that waits for a lock gives up (lock_timeout). */
export const lockLimit = 300;
/** A transaction that stands still loses its session (idle_in_transaction_session_timeout). */
export const idleLimit = 500;
/** The longest that an adapter waits before it tries again. */
const adapterPause = 1_000;

/** How long a station waits for an answer, and how long at most until it asks again. */
export const patience = 600;
export const rest = [5, 100] as const;

/**
 * How soon after the bad time everybody is served. First all that the bad time left must end, one thing after the
 * other: a registrar that is down comes up; a message that stalls arrives; an adapter that pauses tries again; a
 * turn whose holder is gone falls to the next, once the message has arrived with which it was taken; who waited behind
 * it gives up. From then on nothing is lost: of the commits under way one always comes through (compare-and-swap lets
 * one win, turns let all pass in order), in less than a station's patience, and each order needs two at most: its own,
 * and where it is refused, the one that puts this on record. Then its station may have to ask once more.
 */
export function calmFor(orders: number): number {
  const leftovers = down[1] + startAgain + stalled[1] + adapterPause + (stalled[1] + idleLimit) + lockLimit;
  return leftovers + (2 * orders + 1) * (patience + rest[1]);
}
