// SPDX-License-Identifier: Apache-2.0
// Tampers with a copy of a data set in the three ways that matter: a value, a loss, an order.

export interface Tampered {
  readonly text: string;
  /** What was done, by the lines of the original file. */
  readonly told: readonly string[];
}

/** Fewer rows would not keep the three apart. */
export const fewestRows = 12;

/** The text must have a header and at least `fewestRows` rows. */
export function tamper(text: string): Tampered {
  const [header = "", ...rows] = text.split(/\r?\n/).filter((line) => line !== "");
  const at = (share: number) => Math.floor(rows.length * share);
  const [changed, dropped, moved, target] = [at(0.25), at(0.5), at(0.625), at(0.875)];
  const out = rows.map((row, index) => (index === changed ? withOtherValue(row) : row));
  const [row = ""] = out.splice(moved, 1);
  out.splice(target, 0, row);
  out.splice(dropped, 1);
  const told = [
    `value of line ${changed + 2} changed`,
    `line ${dropped + 2} dropped`,
    `line ${moved + 2} moved behind line ${target + 2}`,
  ];
  return { text: `${[header, ...out].join("\n")}\n`, told };
}

function withOtherValue(row: string): string {
  const comma = row.lastIndexOf(",");
  const value = Number(row.slice(comma + 1).replaceAll('"', ""));
  // A hundredth of a large number, since a hundredth would be lost in it.
  return `${row.slice(0, comma + 1)}${value + Math.max(0.01, Math.abs(value) / 100)}`;
}
