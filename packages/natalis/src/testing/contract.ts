// SPDX-License-Identifier: Apache-2.0
// Contract suites: what every adapter of a port must do, written once, without a test runner, so that adapters in
// other packages (and other people's) run the very same cases: `for (const c of suite) test(c.name, () => c.run(a))`.

import { type Awaitable, type ErrorCode, equalBytes, isNatalisError, toHex } from "../kernel/index.ts";
import { testingError } from "./errors.ts";

/** One promise of a port, as a sentence and a check. `run` throws NAT_TESTING_CONTRACT where it is broken. */
export interface ContractCase<Adapter> {
  readonly name: string;
  run(adapter: Adapter): Awaitable<void>;
}

/** All promises of one port. */
export type ContractSuite<Adapter> = readonly ContractCase<Adapter>[];

/** @throws NAT_TESTING_CONTRACT */
export function expectThat(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw testingError("NAT_TESTING_CONTRACT", sentence);
}

/** @throws NAT_TESTING_CONTRACT */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  if (actual === undefined || !equalBytes(actual, expected))
    throw testingError("NAT_TESTING_CONTRACT", `${what}: ${actual && toHex(actual)} instead of ${toHex(expected)}`);
}

/** For values that `===` tells apart. @throws NAT_TESTING_CONTRACT */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected)
    throw testingError("NAT_TESTING_CONTRACT", `${what}: ${String(actual)} instead of ${String(expected)}`);
}

/** The action must fail with this catalogue code, at once or later. @throws NAT_TESTING_CONTRACT */
export async function expectRefusal(code: ErrorCode, action: () => unknown): Promise<void> {
  let seen: unknown = "nothing was refused";
  try {
    await action();
  } catch (error) {
    if (isNatalisError(error, code)) return;
    seen = error;
  }
  throw testingError("NAT_TESTING_CONTRACT", `${code} was due; ${String(seen)}`, seen);
}
