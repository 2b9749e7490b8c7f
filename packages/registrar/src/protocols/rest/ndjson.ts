// SPDX-License-Identifier: Apache-2.0
// Newline-delimited JSON (application/x-ndjson): the lines of a stream, each in one piece, none longer than it may be.
// An empty line is passed over; the last one needs no line feed.

import { httpError } from "../errors.ts";

export const ndjson = "application/x-ndjson";

export interface Line {
  /** From 1; empty lines count. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface LineLimits {
  readonly lineBytes: number;
  /** Empty ones included. */
  readonly lines: number;
}

const lineFeed = 0x0a;

/** @throws NAT_HTTP_TOO_LARGE at the first line that is too long or one too many, with its number in the detail */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, limits: LineLimits): AsyncGenerator<Line> {
  let begun: Uint8Array = new Uint8Array(0);
  let number = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const bytes = joined(begun, chunk.subarray(start, end), number, limits);
      if (bytes.length > 0) yield { number, bytes };
      begun = new Uint8Array(0);
      start = end + 1;
      number += 1;
    }
    begun = joined(begun, chunk.subarray(start), number, limits);
  }
  if (begun.length > 0) yield { number, bytes: begun };
}

function joined(begun: Uint8Array, rest: Uint8Array, number: number, { lineBytes, lines }: LineLimits): Uint8Array {
  const length = begun.length + rest.length;
  if (length > lineBytes) throw httpError("NAT_HTTP_TOO_LARGE", `line ${number} has more than ${lineBytes} bytes`);
  if (length > 0 && number > lines) throw httpError("NAT_HTTP_TOO_LARGE", `more than ${lines} lines`);
  if (begun.length === 0) return rest;
  const bytes = new Uint8Array(length);
  bytes.set(begun);
  bytes.set(rest, begun.length);
  return bytes;
}
