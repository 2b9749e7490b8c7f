// SPDX-License-Identifier: Apache-2.0
// One mutation: which sample, what is changed, and which other sample lends a piece. The kinds of edits follow from
// what a format is: DER is bent as a tree and blindly, text by lines and blindly, other bytes blindly.

import * as fc from "fast-check";
import { applyDer } from "./apply-der.ts";
import { applyBlind, type BlindEdit, blindEdit } from "./blind.ts";
import { type DerEdit, derEdit } from "./der-edits.ts";
import { readTree, writeTree } from "./der-tree.ts";
import { applyLines, type LineEdit, lineEdit } from "./lines.ts";

export type Encoding = "DER" | "text" | "bytes";

export interface Mutation {
  /** Both modulo the number of samples. */
  readonly sample: number;
  readonly donor: number;
  /** In this order: a blindly changed sample is no tree any more. */
  readonly der: readonly DerEdit[];
  readonly lines: readonly LineEdit[];
  readonly blind: readonly BlindEdit[];
}

export function mutationOf(encoding: Encoding): fc.Arbitrary<Mutation> {
  const blindly = mutationBy({ blind: some(blindEdit, 4) });
  if (encoding === "bytes") return blindly;
  const aware = encoding === "DER" ? { der: some(derEdit, 3) } : { lines: some(lineEdit, 3) };
  const both = mutationBy({ ...aware, blind: some(blindEdit, 1) });
  return fc.oneof(
    { weight: 2, arbitrary: blindly },
    { weight: 6, arbitrary: mutationBy(aware) },
    { weight: 1, arbitrary: both },
  );
}

export function mutate(samples: readonly Uint8Array[], { sample, donor, der, lines, blind }: Mutation): Uint8Array {
  const [good, other] = [sampleAt(samples, sample), sampleAt(samples, donor)];
  const bent = lines.reduce(applyLines, bend(good, der, other));
  return blind.reduce((bytes, edit) => applyBlind(bytes, edit, other), bent);
}

function bend(good: Uint8Array, edits: readonly DerEdit[], donor: Uint8Array): Uint8Array {
  const tree = edits.length === 0 ? undefined : readTree(good);
  if (tree === undefined) return good;
  for (const edit of edits) applyDer(tree, edit, readTree(donor) ?? []);
  return writeTree(tree);
}

function mutationBy(parts: Partial<{ [Part in "der" | "lines" | "blind"]: fc.Arbitrary<Mutation[Part]> }>) {
  const none = fc.constant([]);
  return fc.record({ sample: fc.nat(), donor: fc.nat(), der: none, lines: none, blind: none, ...parts });
}

function some<T>(edit: fc.Arbitrary<T>, most: number): fc.Arbitrary<readonly T[]> {
  // One change alone reaches furthest: most others are refused for another one.
  return fc.oneof(
    { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(edit, { minLength: 1, maxLength: most }) },
  );
}

function sampleAt(samples: readonly Uint8Array[], index: number): Uint8Array {
  return samples[index % samples.length] as Uint8Array;
}
