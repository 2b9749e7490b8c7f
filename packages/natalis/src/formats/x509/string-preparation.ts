// SPDX-License-Identifier: Apache-2.0
// The LDAP string preparation algorithm (RFC 4518 section 2) for caseIgnoreMatch, as RFC 5280 7.1 has names compared:
// map (with the case folding of RFC 3454 B.2), normalise, prohibit, and handle insignificant spaces. The first step,
// transcoding, is done where strings are read; the fifth, about bidirectional text, does nothing by definition.

/** Printable ASCII, as nearly all names are: of the algorithm, case and spaces are left. */
const ascii = /^[ -~]*$/;
/** RFC 4518 2.2: the controls that are white space, and what Unicode calls separators. */
const mappedToSpace = /[\t-\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/gu;
/** RFC 4518 2.2, as listed there: control and format characters, hyphens that are not shown, variation selectors. */
const mappedToNothing =
  /[\p{Cc}\u00ad\u06dd\u070f\u1806\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]/gu;
/**
 * RFC 4518 2.4: unassigned, for private use, surrogate, the replacement character. Unassigned is what the runtime's
 * Unicode leaves so, not version 3.2; format characters that the list above is too old to have are prohibited by both.
 */
const prohibited = /[\p{Cn}\p{Co}\p{Cs}\p{Cf}\ufffd]/u;
/** Longer runs of marks than any language writes (UAX #15, stream-safe text): normalising them is quadratic work. */
const endlessMarks = /[\p{M}\uff9e\uff9f]{31}/u;
/** Spaces that carry a combining mark are none (RFC 4518 2.6.1). */
const spaces = / +(?!\p{M})/gu;
const outerSpaces = /^ (?!\p{M})| $/gu;

/**
 * The text in the form in which attribute values are compared; undefined where it cannot be prepared, which makes
 * every comparison with it undefined too (RFC 4518 2.4).
 */
export function prepareString(text: string): string | undefined {
  if (ascii.test(text)) return withoutInsignificantSpaces(text.toLowerCase());
  const mapped = text.replace(mappedToSpace, " ").replace(mappedToNothing, "");
  if (prohibited.test(mapped) || endlessMarks.test(mapped)) return undefined;
  // Twice, as B.2 is made for NFKC: what normalising brings to light has case too.
  return withoutInsignificantSpaces(foldCase(foldCase(mapped).normalize("NFKC")).normalize("NFKC"));
}

/** One space stands for each run; the outer ones go. The standard pads with spaces instead: equal is equal either way. */
function withoutInsignificantSpaces(text: string): string {
  return text.replace(spaces, " ").replace(outerSpaces, "");
}

const dotlessI = "\u0131";

/**
 * Case folding (RFC 3454 B.2; checked against its table, all of Unicode 3.2) out of the case mappings that runtimes
 * have: they lower a final sigma by its place, and raise the dotless i to that of the dotted one.
 */
function foldCase(text: string): string {
  return text
    .split(dotlessI)
    .map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("\u03c2", "\u03c3"))
    .join(dotlessI);
}
