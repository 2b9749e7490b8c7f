// SPDX-License-Identifier: Apache-2.0
// Reading a file that somebody else chose: never more of it than it may have, whatever it says its size is.

import { open } from "node:fs/promises";
import { nodeError } from "./errors.ts";

/** Reads a file of at most `limit` bytes. @throws NAT_FILE_SIZE and the system's own errors */
export async function readBoundedFile(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  const parts: Buffer[] = [];
  // One byte more than allowed tells "too large"; the end of the stream closes the file.
  for await (const part of file.createReadStream({ end: limit })) parts.push(part as Buffer);
  const bytes = new Uint8Array(Buffer.concat(parts));
  if (bytes.length > limit) throw nodeError("NAT_FILE_SIZE", `${path}, at most ${limit} bytes`);
  return bytes;
}
