// SPDX-License-Identifier: Apache-2.0
// What the keeper's thread is started with, and what goes to and fro. An error class does not survive the way: a
// catalogue error is told by its parts, any other (a bug) by its stack.

import { type ErrorCode, isNatalisError, NatalisError } from "natalis/kernel";
import type { KeyName, TokenName } from "./uri.ts";

export interface KeeperTask {
  readonly module: string;
  readonly token: TokenName;
  readonly pin: string;
  readonly keys: readonly KeyName[];
  readonly gate: SharedArrayBuffer;
  /** Milliseconds between looks at the token. */
  readonly interval: number;
}

export type ToKeeper =
  | { readonly kind: "sign"; readonly number: number; readonly key: number; readonly data: Uint8Array }
  | { readonly kind: "close" };

export type FromKeeper =
  | { readonly kind: "opened"; readonly publicKeys: readonly Uint8Array[] }
  | { readonly kind: "failed"; readonly cause: ErrorParts }
  | { readonly kind: "signed"; readonly number: number; readonly signature: Uint8Array }
  | { readonly kind: "refused"; readonly number: number; readonly cause: ErrorParts }
  | { readonly kind: "state"; readonly cause: ErrorParts | undefined };

export interface ErrorParts {
  readonly code?: ErrorCode;
  /** The catalogue's sentence; of a bug, the stack. */
  readonly meaning: string;
  readonly detail: string;
}

export function partsOf(error: unknown): ErrorParts {
  if (!isNatalisError(error))
    return { meaning: error instanceof Error ? (error.stack ?? error.message) : String(error), detail: "" };
  const { code, detail, message } = error;
  return { code, meaning: message.slice(0, message.indexOf(` [${code}]`)), detail };
}

export function errorOf({ code, meaning, detail }: ErrorParts): Error {
  return code === undefined ? new Error(`in the token's thread: ${meaning}`) : new NatalisError(code, meaning, detail);
}
