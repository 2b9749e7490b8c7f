// SPDX-License-Identifier: Apache-2.0
// What travels between the registrar and a thread that prepares births: slices of tasks, and their results. A message
// costs some ten microseconds whatever is in it, so it carries many. Of a task everything is small and is cloned; the
// bytes of all results of a slice are laid into one buffer that is handed over, which halves what they cost.

import { isNatalisError, NatalisError } from "natalis/kernel";
import type { BornEvent } from "natalis/registry";
import type { BirthTask, PreparedTask } from "./nursery.ts";

export interface TaskSlice {
  readonly number: number;
  readonly tasks: readonly BirthTask[];
}

/** An error class does not survive the way: a catalogue error is told by its parts, any other (a bug) by its stack. */
export type TaskResult =
  | PreparedTask
  | { readonly kind: "refused"; readonly code: `NAT_${string}`; readonly meaning: string; readonly detail: string }
  | { readonly kind: "failed"; readonly what: string };

export interface ResultSlice {
  readonly number: number;
  /** One for each task, in order. */
  readonly results: readonly TaskResult[];
}

/** What to tell of an error. */
export function resultOf(error: unknown): TaskResult {
  if (!isNatalisError(error))
    return { kind: "failed", what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const { code, detail, message } = error;
  return { kind: "refused", code, meaning: message.slice(0, message.indexOf(` [${code}]`)), detail };
}

/** What a result says, or the error that it tells of, thrown. */
export function preparedOf(result: TaskResult): PreparedTask {
  if (result.kind === "refused") throw new NatalisError(result.code, result.meaning, result.detail);
  if (result.kind === "failed") throw new Error(`in a worker: ${result.what}`);
  return result;
}

/** The same results with all their bytes in one buffer. */
export function packed(results: readonly TaskResult[]): { results: readonly TaskResult[]; buffer: ArrayBuffer } {
  const events = results.flatMap((result) => (result.kind === "signed" ? [result.event] : []));
  const bytes = new Uint8Array(events.reduce((sum, event) => sum + lengthOf(event), 0));
  let used = 0;
  const moved = (part: Uint8Array) => {
    bytes.set(part, used);
    used += part.length;
    return bytes.subarray(used - part.length, used);
  };
  return {
    results: results.map((result) =>
      result.kind === "signed" ? { kind: "signed", event: movedEvent(result.event, moved) } : result,
    ),
    buffer: bytes.buffer,
  };
}

function movedEvent(event: BornEvent, moved: (part: Uint8Array) => Uint8Array): BornEvent {
  const device = { ...event.device };
  for (const name of byteFields) device[name] = moved(device[name]);
  return { ...event, record: moved(event.record), certificate: moved(event.certificate), device };
}

function lengthOf({ record, certificate, device }: BornEvent): number {
  return byteFields.reduce((sum, name) => sum + device[name].length, record.length + certificate.length);
}

const byteFields = ["id", "keyHash", "unitTag", "factsHash", "certificateSerial", "certificateHash"] as const;
