// SPDX-License-Identifier: Apache-2.0
// Changes to text by the line: boundaries of PEM (RFC 7468) that do not match, lines that are missing, doubled, moved,
// joined, or never end.

import * as fc from "fast-check";
import { concatBytes, encodeUtf8 } from "natalis/kernel";

export type LineEdit =
  | { readonly how: "drop" | "double" | "join" | "carriageReturn"; readonly at: number }
  | { readonly how: "swap"; readonly at: number; readonly with: number }
  | { readonly how: "insert" | "replace"; readonly at: number; readonly text: string };

const lines = [
  "",
  " ",
  "\t",
  "=",
  "====",
  "AAAA",
  "A",
  "\uFEFF",
  "\u2028",
  "\0",
  "a".repeat(5000),
  "-".repeat(5000),
  "-----BEGIN CERTIFICATE-----",
  "-----END CERTIFICATE-----",
  "-----BEGIN -----",
  "-----BEGIN X509 CRL----- ",

  "-----END PRIVATE KEY-----",
  "----BEGIN CERTIFICATE----",
  "-----BEGIN CERTIFICATE-----x",
  "Proc-Type: 4,ENCRYPTED",
  `-----BEGIN ${"A ".repeat(3000)}-----`,
  "{}",
  "[]",
  "null",
  '{"id":1}',
  '"',
  "\\u0000",
  "[".repeat(5000),
];

const at = fc.nat();
const text = fc.constantFrom(...lines);

export const lineEdit: fc.Arbitrary<LineEdit> = fc.oneof(
  fc.record({ how: fc.constantFrom("drop" as const, "double" as const, "join" as const), at }),
  fc.record({ how: fc.constant("carriageReturn" as const), at }),
  fc.record({ how: fc.constant("swap" as const), at, with: fc.nat() }),
  fc.record({ how: fc.constantFrom("insert" as const, "replace" as const), at, text }),
);

export function applyLines(bytes: Uint8Array, edit: LineEdit): Uint8Array {
  const all = split(bytes);
  const place = edit.at % all.length;
  const line = all[place] as Uint8Array;
  switch (edit.how) {
    case "drop":
      return joined(all.toSpliced(place, 1));
    case "double":
      return joined(all.toSpliced(place, 0, line));
    case "join":
      return joined(all.toSpliced(place, 2, concatBytes(line, all[place + 1] ?? line)));
    case "carriageReturn":
      return joined(all.with(place, concatBytes(line, Uint8Array.of(13))));
    case "swap":
      return joined(all.with(place, all[edit.with % all.length] as Uint8Array).with(edit.with % all.length, line));
    case "insert":
      return joined(all.toSpliced(place, 0, encodeUtf8(edit.text)));
    case "replace":
      return joined(all.with(place, encodeUtf8(edit.text)));
  }
}

/** As bytes: what a mutation left is not always UTF-8. */
function split(bytes: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const newline = bytes.indexOf(10, from);
    const to = newline === -1 ? bytes.length : newline;
    all.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return all;
}

function joined(all: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...all.flatMap((line, i) => (i === 0 ? [line] : [Uint8Array.of(10), line])));
}
