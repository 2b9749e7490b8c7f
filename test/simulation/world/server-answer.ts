// SPDX-License-Identifier: Apache-2.0
// Answers of the simulated server, in the form of the driver's.

import type { Answer } from "@natalis/registrar/parts";

/** Of a commit's statement: whether it moved the head. */
export function moved(count: 0 | 1): Answer {
  return answerOf([{ moved: count }]);
}

/** The two of an answer's members that the registrar looks at. */
export function answerOf(rows: readonly object[]): Answer {
  return { rows, rowCount: rows.length } as unknown as Answer;
}
