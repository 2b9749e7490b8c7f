// SPDX-License-Identifier: Apache-2.0
// A sample of DER as a tree of tags, lengths and values (ITU-T X.690 8.1) that can be bent and written again, wrong
// lengths included. DER inside of OCTET STRING and BIT STRING (extensions, keys, signatures) belongs to the tree.

import { concatBytes } from "natalis/kernel";

/** How the length octets say how much content follows. */
export type LengthForm =
  | { readonly form: "shortest" }
  /** `zeros` leading octets too many. */
  | { readonly form: "padded"; readonly zeros: number }
  /** 80, and 00 00 after the content. */
  | { readonly form: "indefinite" }
  /** Says another length than the content has. */
  | { readonly form: "false"; readonly octets: number }
  /** Not at all: the tag stands for bytes that are values already. */
  | { readonly form: "none" };

export interface DerNode {
  tag: Uint8Array;
  length: LengthForm;
  /** What stands before the children: the count of unused bits. */
  prefix: Uint8Array;
  /** Octets of a primitive value, or the values inside. */
  content: Uint8Array | DerNode[];
}

const shortest: LengthForm = { form: "shortest" };
const none = new Uint8Array(0);
const [bitString, octetString, constructedBit] = [0x03, 0x04, 0x20];
const deepest = 64;

/** The values that the bytes consist of; undefined where they are no definite-length encoding throughout. */
export function readTree(bytes: Uint8Array, depth = 0): DerNode[] | undefined {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = endOf(bytes, at);
    if (end === undefined || depth > deepest) return undefined;
    nodes.push(readNode(bytes[at] as number, bytes.subarray(end.content, end.value), depth));
    at = end.value;
  }
  return nodes;
}

export function writeTree(nodes: readonly DerNode[]): Uint8Array {
  return concatBytes(...nodes.map(writeNode));
}

export function writeNode(node: DerNode): Uint8Array {
  const content = contentOf(node);
  return concatBytes(node.tag, lengthOctets(node.length, content.length), content, endOctets(node.length));
}

/** Content octets as they are written. */
export function contentOf({ prefix, content }: DerNode): Uint8Array {
  return content instanceof Uint8Array ? concatBytes(prefix, content) : concatBytes(prefix, writeTree(content));
}

/** A primitive value, or one whose inside is not looked at. */
export function leaf(tag: number, content: Uint8Array): DerNode {
  return { tag: Uint8Array.of(tag), length: shortest, prefix: none, content };
}

/** Stands for bytes that are a value, or several, already. */
export function verbatim(encoding: Uint8Array): DerNode {
  return { tag: encoding, length: { form: "none" }, prefix: none, content: none };
}

export function copyNode({ tag, length, prefix, content }: DerNode): DerNode {
  return { tag, length, prefix, content: content instanceof Uint8Array ? content : content.map(copyNode) };
}

/** A node with where it stands. */
export interface Place {
  readonly node: DerNode;
  readonly siblings: DerNode[];
  readonly index: number;
  /** From the outside in. */
  readonly ancestors: readonly DerNode[];
}

/** All nodes, outer ones first. */
export function placesOf(siblings: DerNode[], ancestors: readonly DerNode[] = []): Place[] {
  return siblings.flatMap((node, index) => {
    const place = { node, siblings, index, ancestors };
    return node.content instanceof Uint8Array ? [place] : [place, ...placesOf(node.content, [...ancestors, node])];
  });
}

function readNode(tag: number, content: Uint8Array, depth: number): DerNode {
  const prefixLength = tag === bitString ? 1 : 0;
  const inside = mayHoldValues(tag, content) ? readTree(content.subarray(prefixLength), depth + 1) : undefined;
  const holds = inside !== undefined && ((tag & constructedBit) !== 0 || inside.length === 1);
  const node = leaf(tag, content);
  return holds ? { ...node, prefix: content.subarray(0, prefixLength), content: inside } : node;
}

function mayHoldValues(tag: number, content: Uint8Array): boolean {
  if (tag === bitString) return content[0] === 0 && content.length > 3;
  return (tag & constructedBit) !== 0 || (tag === octetString && content.length > 1);
}

function endOf(bytes: Uint8Array, at: number): { content: number; value: number } | undefined {
  const [tag = 0x1f, first = 0x80] = [bytes[at], bytes[at + 1]];
  if ((tag & 0x1f) === 0x1f || tag === 0 || first === 0x80 || first > 0x84) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  let length = octets === 0 ? first : 0;
  for (const octet of bytes.subarray(at + 2, at + 2 + octets)) length = length * 256 + octet;
  const content = at + 2 + octets;
  return content + length <= bytes.length ? { content, value: content + length } : undefined;
}

function lengthOctets(length: LengthForm, octets: number): Uint8Array {
  if (length.form === "none") return none;
  if (length.form === "indefinite") return Uint8Array.of(0x80);
  if (length.form === "false") return definite(length.octets, 0);
  return definite(octets, length.form === "padded" ? length.zeros : 0);
}

function definite(length: number, zeros: number): Uint8Array {
  if (zeros === 0 && length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  const padded = [...new Array<number>(zeros).fill(0), ...octets];
  return Uint8Array.of(0x80 | Math.min(padded.length, 0x7f), ...padded);
}

function endOctets({ form }: LengthForm): Uint8Array {
  return form === "indefinite" ? new Uint8Array(2) : none;
}
