// SPDX-License-Identifier: Apache-2.0
// What a format is to the mutators: samples, how they are written, and what is done with the mutated bytes.

import type { Encoding } from "./mutation/mutation.ts";

export interface Target {
  readonly name: string;
  /**
   * What is fed with the bytes; its answer and what it throws are judged (judge.ts).
   * @param sample which one of the format's samples the bytes were
   */
  readonly attack: (bytes: Uint8Array, sample: number) => unknown;
}

export interface Format {
  readonly name: string;
  readonly encoding: Encoding;
  /** Its part of the mutations, in relation to the others'. */
  readonly share: number;
  readonly samples: readonly Uint8Array[];
  readonly targets: readonly Target[];
}

/** Targets of functions that take the bytes alone, under their own names. */
export function parsers(...all: readonly ((bytes: Uint8Array) => unknown)[]): Target[] {
  return all.map((parse) => ({ name: parse.name, attack: (bytes) => parse(bytes) }));
}

/** Targets of functions that take text: whatever the bytes are, they are text here. */
export function textParsers(all: Readonly<Record<string, (text: string) => unknown>>): Target[] {
  const lossy = new TextDecoder();
  return Object.entries(all).map(([name, parse]) => ({ name, attack: (bytes) => parse(lossy.decode(bytes)) }));
}
