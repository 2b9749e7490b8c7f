// SPDX-License-Identifier: Apache-2.0
// One code for whatever is wrong with a format, with the finer error kept as its cause.

import { isNatalisError } from "../kernel/index.ts";
import { registryError, type registryErrors } from "./errors.ts";

/** Does the action; a catalogue error of it is told as `code`, any other (a bug) passes. */
export function refusingAs<T>(code: keyof typeof registryErrors, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asRefusal(code, error);
  }
}

/** What to throw for an error of a step whose refusals are all told as `code`. */
export function asRefusal(code: keyof typeof registryErrors, error: unknown): unknown {
  if (!isNatalisError(error) || error.code === code) return error;
  return registryError(code, error.message, error);
}
