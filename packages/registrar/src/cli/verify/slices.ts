// SPDX-License-Identifier: Apache-2.0
// A stream of bytes cut into slices of whole lines, which are dealt to workers as they are. Of a line that is too long
// nothing is kept: it is told as such, and the stream goes on after it.

/** Whole lines, with their ends but for the last line of the input; or a line that was passed over. */
export type Slice = { readonly lines: Uint8Array } | { readonly overlong: true };

/** Bytes of a line: a certificate list of some megabytes fits. */
export const longestLine = 16 << 20;

const lineFeed = 0x0a;

/**
 * Every chunk's whole lines at once: whoever writes a line and waits for its answer gets it. `longest` counts a line's
 * end too, and is more than a chunk has.
 */
export async function* slicesOf(chunks: AsyncIterable<Uint8Array>, longest = longestLine): AsyncGenerator<Slice> {
  const cutter = new Cutter(longest);
  for await (const chunk of chunks) yield* cutter.cut(chunk);
  yield* cutter.end();
}

export function linesOf(slice: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < slice.length; ) {
    const found = slice.indexOf(lineFeed, start);
    const end = found < 0 ? slice.length : found;
    lines.push(slice.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

class Cutter {
  readonly #longest: number;
  /** The beginning of the line that is not whole yet, and room for more of it. */
  #held = new Uint8Array(0);
  #heldLength = 0;
  #passingOver = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  *cut(chunk: Uint8Array): Generator<Slice> {
    const rest = yield* this.#finishLine(chunk);
    const end = rest.lastIndexOf(lineFeed) + 1;
    if (end > 0) yield { lines: rest.subarray(0, end) };
    yield* this.#hold(rest.subarray(end));
  }

  *end(): Generator<Slice> {
    if (this.#heldLength > 0) yield { lines: this.#release() };
  }

  /** What the chunk holds beyond the end of the line that was begun before it. */
  *#finishLine(chunk: Uint8Array): Generator<Slice, Uint8Array> {
    const isBegun = this.#heldLength > 0 || this.#passingOver;
    const end = isBegun ? chunk.indexOf(lineFeed) + 1 : 0;
    if (end === 0) return chunk;
    yield* this.#hold(chunk.subarray(0, end));
    if (this.#heldLength > 0) yield { lines: this.#release() };
    this.#passingOver = false;
    return chunk.subarray(end);
  }

  *#hold(part: Uint8Array): Generator<Slice> {
    if (this.#passingOver) return;
    const length = this.#heldLength + part.length;
    if (length <= this.#longest) return this.#append(part, length);
    this.#release();
    this.#passingOver = true;
    yield { overlong: true };
  }

  /** Room is doubled, so that a line that comes in many small parts is copied few times. */
  #append(part: Uint8Array, length: number): void {
    if (length > this.#held.length) {
      const roomier = new Uint8Array(2 * length);
      roomier.set(this.#held.subarray(0, this.#heldLength));
      this.#held = roomier;
    }
    this.#held.set(part, this.#heldLength);
    this.#heldLength = length;
  }

  #release(): Uint8Array {
    const line = this.#held.subarray(0, this.#heldLength);
    this.#held = new Uint8Array(0);
    this.#heldLength = 0;
    return line;
  }
}
