// SPDX-License-Identifier: Apache-2.0
// The conformance suites in headless Chromium over WebCrypto, compared with Node's answers case by case. What differs
// stands in docs/browser-conformance.md: any other difference fails, and so does what suddenly agrees.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { scopeOf } from "../support/scope.ts";
import { encodeConformance, type SuiteRun } from "./browser-conformance.ts";
import { runSuites } from "./browser-runs.ts";
import { absentFor } from "./suite-runner.ts";
import { suites } from "./suites/all.ts";

const skip = suites.map(absentFor).find((reason) => reason !== false) ?? false;
const answer = (name: string, told: string, topic = "ed448_test.json") => ({
  name,
  topic,
  expected: "true",
  answer: told,
});

suite("in Chromium", { skip }, () => {
  const scope = scopeOf({ after });
  let runs: readonly SuiteRun[] = [];

  before(async () => {
    runs = await runSuites(scope);
  });

  for (const [i, { name, count }] of suites.entries())
    test(`${name}: every case is answered as it must be, or said to be lacking`, () => {
      const { browser = [] } = runs[i] ?? {};
      assert.equal(browser.length, count);
      const isRight = ({ answer, expected }: (typeof browser)[number]) =>
        answer === expected || answer === "NAT_WEBCRYPTO_UNSUPPORTED";
      assert.deepEqual(
        browser.filter((one) => !isRight(one)),
        [],
      );
    });

  test("what differs from Node is what the document says", () => {
    const document = readFileSync(new URL("../../docs/browser-conformance.md", import.meta.url), "utf8");
    assert.equal(encodeConformance(runs), document);
  });
});

suite("the comparison", () => {
  test("counts what differs alike, by topic", () => {
    const node = ["a", "b", "c"].map((name) => answer(name, "true"));
    const browser = node.map((one, i) => (i === 0 ? one : { ...one, answer: "NAT_WEBCRYPTO_UNSUPPORTED" }));
    const document = encodeConformance([{ suite: "some", node, browser }]);
    assert.match(document, /^\| some \| 3 \| 1 \|$/m);
    assert.match(document, /^\| some \| ed448_test.json \| 2 \| true \| `NAT_WEBCRYPTO_UNSUPPORTED` \| Chromium has/m);
  });

  test("says so where nothing differs", () => {
    const alike = [answer("a", "true")];
    assert.match(encodeConformance([{ suite: "some", node: alike, browser: alike }]), /^Nothing is lacking\.$/m);
  });

  for (const [what, node, browser] of [
    ["another answer", answer("a", "true"), answer("a", "false")],
    [
      "something lacking for no known reason",
      answer("a", "true", "SHA-256"),
      answer("a", "NAT_WEBCRYPTO_UNSUPPORTED", "SHA-256"),
    ],
    ["another case", answer("a", "true"), answer("b", "true")],
  ] as const)
    test(`fails on ${what}`, () => {
      assert.throws(
        () => encodeConformance([{ suite: "some", node: [node], browser: [browser] }]),
        /some, \S+: 1 cases/,
      );
    });
});
