// SPDX-License-Identifier: Apache-2.0
// Every conformance suite in headless Chromium over WebCrypto, beside the same in Node.

import { fileURLToPath } from "node:url";
import { toBase64 } from "natalis/kernel";
import type { Page } from "playwright-core";
import { openPage } from "../support/browser.ts";
import type { Scope } from "../support/scope.ts";
import type { SuiteRun } from "./browser-conformance.ts";
import type { page } from "./browser-page.ts";
import { nodePorts, readSuiteFiles } from "./suite-runner.ts";
import { suites } from "./suites/all.ts";
import { runSuite, type SuiteAnswer, type VectorFiles } from "./suites/suite.ts";

export async function runSuites(scope: Scope): Promise<SuiteRun[]> {
  const browser = await openPage(scope, fileURLToPath(new URL("browser-page.ts", import.meta.url)));
  const runs: SuiteRun[] = [];
  for (const suite of suites) {
    const files = readSuiteFiles(suite);
    const inBrowser = await runInBrowser(browser, suite.name, files);
    runs.push({ suite: suite.name, node: await runSuite(suite, files, nodePorts), browser: inBrowser });
  }
  return runs;
}

function runInBrowser(browser: Page, name: string, files: VectorFiles): Promise<readonly SuiteAnswer[]> {
  const base64 = Object.fromEntries([...files].map(([path, bytes]) => [path, toBase64(bytes)]));
  const call = ([suite, given]: [string, Record<string, string>]) =>
    (globalThis as unknown as { page: typeof page }).page.run(suite, given);
  return browser.evaluate(call, [name, base64] as [string, Record<string, string>]);
}
