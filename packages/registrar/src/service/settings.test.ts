// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings, settingsMap } from "./settings.ts";

const settings = {
  origin: "registry.example/births",
  publicUrl: "http://pki.example",
  arc: "1.3.6.1.4.1.32473",
  maker: "Example Makers",
};

test("settings come back from the registry as they were given", () => {
  assert.deepEqual(parseSettings(Object.fromEntries(settingsMap(parseSettings(settings)))), settings);
});

test("what certificates and log could not carry for ever is refused", () => {
  const wrong: readonly Record<string, unknown>[] = [
    { origin: "https://registry.example" },
    { origin: "Registry" },
    { origin: "a b" },
    { origin: "a/" },
    { origin: "a".repeat(101) },
    { publicUrl: "https://pki.example" },
    { publicUrl: "http://pki.example/" },
    { publicUrl: "pki.example" },
    { maker: "" },
    { maker: "m".repeat(65) },
    { arc: undefined },
    { unknown: "x" },
  ];
  for (const change of wrong)
    assert.throws(
      () => parseSettings({ ...settings, ...change }),
      { code: "NAT_SERVICE_SETTINGS" },
      JSON.stringify(change),
    );
});
