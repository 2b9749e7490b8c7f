// SPDX-License-Identifier: Apache-2.0
// Runs a conformance suite under node:test, with vectors read from disk.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { portableHash } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { type ConformanceSuite, runSuite, type SuitePorts, type VectorFiles } from "./suites/suite.ts";
import { absent, readVector, vectorFiles } from "./vectors.ts";

export const nodePorts: SuitePorts = { verifier: nodeSignatureVerifier, hash: nodeHash };
/** WebCrypto's, in whatever runtime. */
export const webPorts: SuitePorts = { verifier: webSignatureVerifier, hash: portableHash };

/** False where all folders of the suite are there. */
export function absentFor({ sources }: ConformanceSuite): string | false {
  return sources.map(({ folder }) => absent(folder)).find((reason) => reason !== false) ?? false;
}

export function readSuiteFiles({ sources }: ConformanceSuite): VectorFiles {
  const files = sources.flatMap(({ folder, pattern }) => vectorFiles(folder, pattern));
  return new Map(files.map((file) => [file, readVector(file)]));
}

/** One test: every case has its expected answer, and there are as many as ever. */
export function testSuite(suite: ConformanceSuite, runtime = "Node", ports = nodePorts): void {
  test(`${suite.name} on ${runtime}`, { skip: absentFor(suite) }, async () => {
    const answers = await runSuite(suite, readSuiteFiles(suite), ports);
    const wrong = answers.filter(({ expected, answer }) => expected !== answer);
    assert.deepEqual(wrong, []);
    assert.equal(new Set(answers.map(({ name }) => name)).size, answers.length, "two cases of one name");
    assert.equal(answers.length, suite.count);
  });
}
