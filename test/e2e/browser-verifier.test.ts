// SPDX-License-Identifier: Apache-2.0
// The browser's verifier against its contract, in Chromium: known signatures of every scheme, and what it lacks is said.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { openPage } from "../support/browser.ts";
import { scopeOf } from "../support/scope.ts";
import type { page } from "./browser-verifier-page.ts";

const scope = scopeOf({ after });
let browser: Page;

before(async () => {
  browser = await openPage(scope, fileURLToPath(new URL("browser-verifier-page.ts", import.meta.url)));
});

suite("the verifier in a browser", () => {
  test("keeps every promise of its port", async () => {
    assert.deepEqual(await inBrowser("brokenPromises"), []);
  });

  test("lacks Ed448 and nothing else of ECDSA, EdDSA and RSA", async () => {
    const { true: verified = [], ...others } = await inBrowser("schemesByAnswer");
    assert.deepEqual(others, { NAT_WEBCRYPTO_UNSUPPORTED: ["Ed448"] });
    assert.equal(verified.length, 22);
  });
});

function inBrowser<Name extends keyof typeof page>(name: Name): ReturnType<(typeof page)[Name]> {
  const call = (called: string) => (globalThis as unknown as { page: Record<string, () => unknown> }).page[called]?.();
  return browser.evaluate(call, name as string) as ReturnType<(typeof page)[Name]>;
}
