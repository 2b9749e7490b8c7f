// SPDX-License-Identifier: Apache-2.0
// What may not be there.

/** Undefined where the file or folder is not there. */
export function optional<Read>(reading: Promise<Read>): Promise<Read | undefined> {
  return reading.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
}
