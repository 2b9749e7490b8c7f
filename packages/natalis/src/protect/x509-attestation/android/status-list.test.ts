// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAndroidStatusList } from "../../index.ts";

test("entries are kept by number, in lower case, with their reason", () => {
  const entries = {
    C35747A084470C3135AEEFE2B8D40CD6: { status: "REVOKED", reason: "KEY_COMPROMISE" },
    "6681152659205225093": { status: "SUSPENDED", reason: 7, comment: "for testing" },
  };
  assert.deepEqual(
    parseAndroidStatusList(JSON.stringify({ entries })),
    new Map([
      ["6681152659205225093", "SUSPENDED"],
      ["c35747a084470c3135aeefe2b8d40cd6", "REVOKED, KEY_COMPROMISE"],
    ]),
  );
  assert.equal(parseAndroidStatusList('{"entries":{}}').size, 0);
});

test("names of prototypes are names like others", () => {
  const list = parseAndroidStatusList('{"entries":{"__proto__":{"status":"REVOKED"},"constructor":{"status":"X"}}}');
  assert.deepEqual([...list.keys()], ["__proto__", "constructor"]);
});

test("other texts are refused", () => {
  const bad = [
    "",
    "{",
    "[]",
    "null",
    "{}",
    '{"entries":[]}',
    '{"entries":null}',
    '{"entries":{"a":{}}}',
    '{"entries":{"a":1}}',
  ];
  for (const text of [...bad, '{"__proto__":{"entries":{}}}', '{"entries":{"a":{"status":1}}}'])
    assert.throws(() => parseAndroidStatusList(text), { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" }, text);
});
