// SPDX-License-Identifier: Apache-2.0
// Comparison of distinguished names (RFC 5280 section 7.1): attribute by attribute, text as caseIgnoreMatch has it,
// whatever string type carries it. Names with the same bytes are the same and need none of that.

import { equalBytes } from "../../kernel/index.ts";
import { tags } from "../der/index.ts";
import type { Name, NameAttribute } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { prepareString } from "./string-preparation.ts";

/** Whether both are the same name (RFC 5280 7.1): as many relative names, matching one by one in their order. */
export function sameName(a: Name, b: Name): boolean {
  if (a === b || equalBytes(a.der, b.der)) return true;
  return a.relativeNames.length === b.relativeNames.length && prepared(a).key === prepared(b).key;
}

/** Whether `name` is within the subtree `prefix`: the same name once its trailing relative names are left out (7.1). */
export function startsWithName(name: Name, prefix: Name): boolean {
  return startsWithKey(prepared(name).key, prepared(prefix).key);
}

/** Text that two names have in common exactly where `sameName` holds of them: for maps. Of no other meaning. */
export function comparisonKey(name: Name): string {
  return prepared(name).key;
}

/** `startsWithName` by the keys of both: where thousands of names meet thousands of subtrees. */
export function startsWithKey(key: string, prefix: string): boolean {
  if (prefix === "" || key === prefix) return true;
  return key.startsWith(prefix) && key[prefix.length] === betweenRelativeNames;
}

/**
 * Whether all text in the name can be prepared for comparison. Of a name with, say, private-use characters (RFC 4518
 * 2.4) or a GeneralString only the bytes can be compared; so it may be the same as another one that does not look so here.
 */
export function isComparable(name: Name): boolean {
  return prepared(name).comparable;
}

const betweenRelativeNames = ",";

/** What `comparisonKey` and `isComparable` tell. */
export interface PreparedName {
  readonly key: string;
  readonly comparable: boolean;
}

/** String types of DirectoryString (RFC 5280 A.1), and the others that are seen in its place. */
const textTags: ReadonlySet<number> = new Set([
  tags.utf8String,
  tags.printableString,
  tags.teletexString,
  tags.universalString,
  tags.bmpString,
  tags.ia5String,
  tags.visibleString,
]);

/** Text in none of those types, which others may read as the same: NumericString, Videotex-, Graphic- and GeneralString. */
const foreignTextTags: ReadonlySet<number> = new Set([tags.numericString, 0x15, 0x19, 0x1b]);

const cache = new WeakMap<Name, PreparedName>();

/** Once per name. */
function prepared(name: Name): PreparedName {
  const found = cache.get(name);
  if (found !== undefined) return found;
  const fresh = prepareName(name);
  cache.set(name, fresh);
  return fresh;
}

/**
 * In time that grows as the name's length. The answer is not kept, as those of the functions above are: who asks about
 * thousands of names once, and keeps the answers, is spared as much again.
 */
export function prepareName({ relativeNames }: Name): PreparedName {
  // Values are written behind their lengths, so that no value can look like two, or like the end of its relative name.
  let comparable = true;
  const attributeKey = (attribute: NameAttribute): string => {
    const text = textTags.has(attribute.tag) ? comparisonText(attribute) : undefined;
    if (text !== undefined) return `${attribute.oid}=${text.length}:${text}`;
    comparable &&= !textTags.has(attribute.tag) && !foreignTextTags.has(attribute.tag);
    return `${attribute.oid}#${attribute.tag}:${attribute.value.length}:${attribute.value}`;
  };
  const relativeKeys = relativeNames.map((attributes) => attributes.map(attributeKey).toSorted().join("+"));
  return { key: relativeKeys.join(betweenRelativeNames), comparable };
}

/** Domain components are labels in ASCII, A-labels among them, and match exactly but for case (RFC 9549, 7.3). */
function comparisonText({ oid, value }: NameAttribute): string | undefined {
  return oid === oids.domainComponent
    ? value.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    : prepareString(value);
}
