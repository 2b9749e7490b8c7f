// SPDX-License-Identifier: Apache-2.0
// A conformance suite without a runner: cases made of public vectors, each with the one answer that is right. It has no
// node: import and reads no file, so that Node and a browser run the very same.

import type { Awaitable, Hash, SignatureVerifier } from "natalis/kernel";

/** What a runtime brings. */
export interface SuitePorts {
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/** Vector files of one folder. */
export interface VectorSource {
  readonly folder: string;
  readonly pattern: RegExp;
}

/** Bytes by path below the vectors' folder. */
export type VectorFiles = ReadonlyMap<string, Uint8Array>;

export interface SuiteCase {
  /** Unlike any other of its suite. */
  readonly name: string;
  /** What differs together, if anything does: a file, an algorithm. */
  readonly topic: string;
  readonly expected: string;
  /** A word, or the code of a refusal. What it throws is a failure. */
  readonly run: (ports: SuitePorts) => Awaitable<string>;
}

export interface ConformanceSuite {
  readonly name: string;
  readonly sources: readonly VectorSource[];
  /** How many cases the vectors make: fewer would be a loss, more something new to decide. */
  readonly count: number;
  readonly cases: (files: VectorFiles) => readonly SuiteCase[];
}

export interface SuiteAnswer {
  readonly name: string;
  readonly topic: string;
  readonly expected: string;
  readonly answer: string;
}

/** Runs a whole suite. An error that a case throws is its answer, so that it equals no expected one. */
export async function runSuite(
  suite: ConformanceSuite,
  files: VectorFiles,
  ports: SuitePorts,
): Promise<readonly SuiteAnswer[]> {
  const answers: SuiteAnswer[] = [];
  for (const { name, topic, expected, run } of suite.cases(files))
    answers.push({ name, topic, expected, answer: await answerOf(() => run(ports)) });
  return answers;
}

async function answerOf(run: () => Awaitable<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    return `threw ${String(error)}`;
  }
}
