// SPDX-License-Identifier: Apache-2.0
// Checkpoints: the text of a note over a log's size and root (C2SP tlog-checkpoint). Extension lines are refused:
// no monitor could audit them.

import { fromBase64, toBase64 } from "../../kernel/index.ts";
import { parseDecimal } from "./decimal.ts";
import { refuseAs, tlogError } from "./errors.ts";
import { hashLength } from "./merkle.ts";

/** A log's state: the root over its first `size` entries. */
export interface Checkpoint {
  /** Which log: one line of text, the name of the log's keys. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** The three lines to be signed. @throws NAT_TLOG_CHECKPOINT */
export function encodeCheckpoint({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  parseCheckpoint(text);
  return text;
}

/** Reads the text of a checkpoint, without its signatures. @throws NAT_TLOG_CHECKPOINT */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, sizeLine, rootLine, end, ...more] = text.split("\n", 6);
  if (!origin || sizeLine === undefined || rootLine === undefined || end !== "" || more.length > 0)
    throw tlogError("NAT_TLOG_CHECKPOINT", "not the three lines origin, size and root");
  const size = parseDecimal(sizeLine);
  if (size === undefined) throw tlogError("NAT_TLOG_CHECKPOINT", "the size is not a decimal number below 2^53");
  const root = refuseAs("NAT_TLOG_CHECKPOINT", "the root", () => fromBase64(rootLine));
  if (root.length !== hashLength) throw tlogError("NAT_TLOG_CHECKPOINT", `a root of ${root.length} bytes`);
  return { origin, size, root };
}
