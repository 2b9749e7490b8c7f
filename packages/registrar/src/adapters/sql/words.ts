// SPDX-License-Identifier: Apache-2.0
// What the schema says differently to each database; everything else of it is the same text.

export interface SqlWords {
  /** Column types: bytes, whole numbers up to 2^53, text that is compared byte by byte. */
  readonly bytes: string;
  readonly integer: string;
  readonly text: string;
  /** What follows a table's closing bracket: where a whole number is its key, and where something else is. */
  readonly table: string;
  readonly keyedTable: string;
  /** Columns of an index on `column` whose rows come in the order of the table's key. */
  inOrder(column: string, key: string): string;
  /** A trigger that refuses to change history. */
  refusing(table: string, change: "UPDATE" | "DELETE"): string;
  /** Statements before and after those of the first schema. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Statements that make the table of open attestations; none where they are kept elsewhere. */
  readonly attestations: readonly string[];
}

/** What such a trigger says. */
export const historyStands = "this history does not change";
