// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Genuineness } from "../../service/genuine.ts";
import { askPage, genuinePage } from "./page.ts";

const found: Extract<Genuineness, { registered: true }> = {
  registered: true,
  device: "01890a5d-ac96-774b-bcce-b302099a8057",
  state: "active",
  entry: 7,
  receipt: "c2sp.org/tlog-proof@v1\nindex 7\n\n— registry.example/births AAAA\n",
  stateProof: new Uint8Array([1, 2, 3]),
};
/** Elements that the page is made of. */
const known =
  /<\/?(?:html|head|meta|title|link|body|main|h1|h2|p|dl|dt|dd|code|a|details|summary|pre|form|label|input|textarea|button)\b[^<>]*>/g;

function rest(page: string): string {
  return page.replace("<!doctype html>", "").replace(known, "");
}

test("each state has its own words, and the device's id and the proof stand on the page", () => {
  const states = ["active", "suspended", "revoked", "retired"] as const;
  const pages = states.map((state) => genuinePage({ ...found, state }, "it"));
  assert.equal(new Set(pages.map((page) => /<h1 class="\w+">([^<]+)</.exec(page)?.[1])).size, pages.length);
  for (const page of pages)
    for (const part of [found.device, "log entry 7", "index 7\n", "AQID", "/challenges", "/authentications"])
      assert.ok(page.includes(part), part);
});

test("the maker stands there where it is told", () => {
  assert.ok(!genuinePage(found, "it").includes("Maker"));
  assert.ok(genuinePage({ ...found, maker: "A & B" }, "it").includes("<dt>Maker</dt><dd>A &amp; B</dd>"));
});

test("who is not registered is told so, and asked again", () => {
  const page = genuinePage({ registered: false }, "it");
  assert.match(page, /Not registered here.*<code>it<\/code>.*<form/s);
  assert.match(askPage(), /name="id".*name="certificate"/s);
});

test("what a stranger or a maker writes is text and nothing else", () => {
  const hostile = fc.stringMatching(/^[<>"'&;/=a-z ]{1,40}$/);
  const usual = rest(genuinePage({ registered: false }, "")).length;
  fc.assert(
    fc.property(hostile, (text) => {
      for (const page of [
        genuinePage({ registered: false }, text),
        genuinePage({ ...found, maker: text }, ""),
        genuinePage({ ...found, receipt: text }, ""),
      ])
        assert.doesNotMatch(rest(page), /[<>]/);
      const escaped = rest(genuinePage({ registered: false }, text));
      assert.ok(escaped.length >= usual + text.length);
    }),
  );
});
