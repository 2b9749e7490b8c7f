// SPDX-License-Identifier: Apache-2.0
// How public vectors write things: JSON, hexadecimal in either case.

import { decodeUtf8, fromHex } from "natalis/kernel";
import type { VectorFiles } from "./suite.ts";

export interface JsonVector {
  readonly file: string;
  readonly content: unknown;
}

/** All files below a folder, parsed, in the order of their names. */
export function jsonVectors(files: VectorFiles, folder: string): JsonVector[] {
  const below = [...files].filter(([path]) => path.startsWith(`${folder}/`));
  return below.map(([path, bytes]) => ({
    file: path.slice(folder.length + 1),
    content: JSON.parse(decodeUtf8(bytes)),
  }));
}

export function bytesOf(hex: string | undefined): Uint8Array {
  return fromHex((hex ?? "").toLowerCase());
}

/** The bytes of a file that the suite asked for. */
export function vector(files: VectorFiles, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no vector ${path}`);
  return bytes;
}
