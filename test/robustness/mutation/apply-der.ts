// SPDX-License-Identifier: Apache-2.0
// Applies a change to a value of a DER tree.

import { concatBytes } from "natalis/kernel";
import { type DerChange, type DerEdit, typicalFaults } from "./der-edits.ts";
import { contentOf, copyNode, type DerNode, leaf, type Place, placesOf, verbatim, writeNode } from "./der-tree.ts";

/** Octets that repeated values may fill together: beyond a few hundred thousand only time is won. */
const mostRepeated = 150_000;

/** Bends the tree in place; the donor's values may be grafted into it. */
export function applyDer(tree: DerNode[], { at, repaired, change }: DerEdit, donor: DerNode[]): void {
  const places = placesOf(tree);
  const place = places[at % places.length];
  if (place === undefined) return;
  const lengths = place.ancestors.map((ancestor) => contentOf(ancestor).length);
  bend(place, change, change.how === "graft" ? placesOf(change.foreign ? donor : tree) : []);
  if (repaired) return;
  for (const [i, ancestor] of place.ancestors.entries())
    ancestor.length = { form: "false", octets: lengths[i] as number };
}

function bend({ node, siblings, index }: Place, change: DerChange, grafts: readonly Place[]): void {
  switch (change.how) {
    case "tag":
      node.tag = change.octets;
      break;
    case "tagBits":
      node.tag = node.tag.with(0, (node.tag[0] as number) ^ change.bits);
      break;
    case "content":
      setContent(node, change.octets);
      break;
    case "before":
      setContent(node, concatBytes(change.octets, contentOf(node)));
      break;
    case "after":
      setContent(node, concatBytes(contentOf(node), change.octets));
      break;
    case "empty":
      setContent(node, new Uint8Array(0));
      break;
    case "typical":
      setContent(node, typicalFault(node, change.pick));
      break;
    case "indefinite":
      node.length = { form: "indefinite" };
      break;
    case "padded":
      node.length = { form: "padded", zeros: change.zeros };
      break;
    case "length":
      node.length = { form: "false", octets: Math.max(0, contentOf(node).length + change.more) };
      break;
    case "replace":
      siblings[index] = leaf(change.tag, change.octets);
      break;
    case "nest":
      siblings[index] = nested(node, change.tag, change.levels);
      break;
    case "repeat":
      siblings[index] = repeated(node, change.times);
      break;
    case "graft":
      siblings[index] = copyNode(grafts[change.from % grafts.length]?.node ?? node);
      break;
    case "drop":
      siblings.splice(index, 1);
      break;
    case "double":
      siblings.splice(index, 0, copyNode(node));
      break;
    case "swap":
      swap(siblings, index, change.with % siblings.length);
      break;
    case "reverse":
      siblings.reverse();
      break;
  }
}

function setContent(node: DerNode, octets: Uint8Array): void {
  node.prefix = new Uint8Array(0);
  node.content = octets;
}

/** The content as it is where nothing is typical of the type. */
function typicalFault(node: DerNode, pick: number): Uint8Array {
  const faults = typicalFaults.get(node.tag[0] as number) ?? [];
  return faults[pick % faults.length] ?? contentOf(node);
}

function swap(siblings: DerNode[], one: number, other: number): void {
  [siblings[one], siblings[other]] = [siblings[other] as DerNode, siblings[one] as DerNode];
}

/** Written at once, since thousands of nodes would make every later step slow. */
function repeated(node: DerNode, times: number): DerNode {
  const encoding = writeNode(node);
  const affordable = Math.max(1, Math.min(times, Math.floor(mostRepeated / encoding.length)));
  return verbatim(concatBytes(...new Array<Uint8Array>(affordable).fill(encoding)));
}

function nested(node: DerNode, tag: number, levels: number): DerNode {
  let encoding = writeNode(node);
  for (let level = 0; level < levels; level++) encoding = writeNode(leaf(tag, encoding));
  return verbatim(encoding);
}
