// SPDX-License-Identifier: Apache-2.0
// Where tiles and entry bundles are served, under a log's prefix (C2SP tlog-tiles, "Merkle Tree" and "Log entries").

import { parseDecimal } from "./decimal.ts";
import { tlogError } from "./errors.ts";
import { type TileId, tileWidth } from "./tile.ts";

/** A resource of a tiled log; `width` is 256 for a full tile or bundle, 1 to 255 for a partial one. */
export type TileResource =
  | { readonly kind: "tile"; readonly id: TileId; readonly width: number }
  | { readonly kind: "entries"; readonly index: number; readonly width: number };

/** `tile/<L>/<N>[.p/<W>]`. @throws NAT_TLOG_TILE_PATH */
export function tilePath({ level, index }: TileId, width: number): string {
  if (!isWithin(level, 0, highestLevel)) throw tlogError("NAT_TLOG_TILE_PATH", `level ${level}`);
  return `tile/${level}/${indexAndWidth(index, width)}`;
}

/** `tile/entries/<N>[.p/<W>]`. @throws NAT_TLOG_TILE_PATH */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${indexAndWidth(index, width)}`;
}

/** Reads what `tilePath` and `entriesPath` write, and nothing else. @throws NAT_TLOG_TILE_PATH */
export function parseTilePath(text: string): TileResource {
  const match = text.length <= longestPath ? pathForm.exec(text) : null;
  const { level, index, width } = match?.groups ?? {};
  const resource = resourceOf(level, Number(index?.replaceAll(/[x/]/g, "")), width);
  // Leading zeroes and a first element x000 are found by writing the path again.
  if (resource === undefined || pathOf(resource) !== text)
    throw tlogError("NAT_TLOG_TILE_PATH", `${text.length} characters`);
  return resource;
}

const pathForm = /^tile\/(?<level>[0-9]{1,2}|entries)\/(?<index>(x[0-9]{3}\/)*[0-9]{3})(\.p\/(?<width>[0-9]{1,3}))?$/;
const longestPath = 64;
const highestLevel = 63;
const highestIndex = Math.floor(Number.MAX_SAFE_INTEGER / tileWidth);

function resourceOf(level: string | undefined, index: number, partial: string | undefined): TileResource | undefined {
  const width = partial === undefined ? tileWidth : parseDecimal(partial);
  if (level === undefined || width === undefined || !isWithin(index, 0, highestIndex)) return undefined;
  if (!isWithin(width, 1, partial === undefined ? tileWidth : tileWidth - 1)) return undefined;
  if (level === "entries") return { kind: "entries", index, width };
  return Number(level) > highestLevel ? undefined : { kind: "tile", id: { level: Number(level), index }, width };
}

function pathOf(resource: TileResource): string {
  return resource.kind === "tile" ? tilePath(resource.id, resource.width) : entriesPath(resource.index, resource.width);
}

// 1234067 is x001/x234/067, so that a directory and a file never have the same name.
function indexAndWidth(index: number, width: number): string {
  if (!isWithin(index, 0, highestIndex) || !isWithin(width, 1, tileWidth))
    throw tlogError("NAT_TLOG_TILE_PATH", `index ${index}, width ${width}`);
  const elements = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    elements.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return elements.join("/") + (width === tileWidth ? "" : `.p/${width}`);
}

function isWithin(value: number, lowest: number, highest: number): boolean {
  return Number.isSafeInteger(value) && value >= lowest && value <= highest;
}
