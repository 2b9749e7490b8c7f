// SPDX-License-Identifier: Apache-2.0
// Compares tiles as recomputed with tiles as stored.

import type { TileBytes, TileReader } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { Findings } from "./report.ts";

const tileWidth = 256;
const hashLength = 32;

/** Every tile must begin with what was recomputed, and be as wide as a tree of `size` leaves makes it. */
export async function compareTiles(
  subject: "log-tile" | "state-tile",
  recomputed: readonly TileBytes[],
  size: number,
  stored: TileReader,
  findings: Findings,
): Promise<void> {
  for (const { id, bytes } of recomputed) {
    const found = await stored.readTile(id);
    const width = Math.min(tileWidth, Math.floor(size / tileWidth ** id.level) - id.index * tileWidth);
    const place = `${id.level}/${id.index}`;
    if (found === undefined) findings.add(subject, place, "It is missing.");
    else if (!equalBytes(found.subarray(0, bytes.length), bytes))
      findings.add(subject, place, "It has another content.");
    else findings.require(found.length === width * hashLength, subject, place, `It is not ${width} hashes wide.`);
  }
}
