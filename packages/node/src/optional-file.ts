// SPDX-License-Identifier: Apache-2.0
// A file that may not be there yet: absence is an answer, every other failure is an error.

import { readFile } from "node:fs/promises";

export async function readOptionalFile(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
