// SPDX-License-Identifier: Apache-2.0
// What runs in the page of the browser's conformance test: the suites, over WebCrypto, with the vectors that it is
// given.

import { fromBase64, portableHash } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { suites } from "./suites/all.ts";
import { runSuite, type SuiteAnswer } from "./suites/suite.ts";

export const page = {
  /** @param files base64 by path */
  run(name: string, files: Readonly<Record<string, string>>): Promise<readonly SuiteAnswer[]> {
    const suite = suites.find((one) => one.name === name);
    if (suite === undefined) throw new Error(`no suite ${name}`);
    const bytes = new Map(Object.entries(files).map(([path, base64]) => [path, fromBase64(base64)]));
    return runSuite(suite, bytes, { verifier: webSignatureVerifier, hash: portableHash });
  },
};

Object.assign(globalThis, { page });
