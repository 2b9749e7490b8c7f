// SPDX-License-Identifier: Apache-2.0
// Level and index of a tile as one integer key: a table with one integer key needs no second tree beside it. An index
// stays below 2^45 (the log's entries fit 53 bits at 256 a tile) and levels below 7, so the number is exact.

import type { TileId } from "natalis/formats";

const levelStep = 2 ** 46;

export function tileNumber({ level, index }: TileId): number {
  return level * levelStep + index;
}
