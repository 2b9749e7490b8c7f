// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { encodeProfile, parseProfile } from "./index.ts";

const usual = {
  product: "meter",
  version: 3,
  maker: "Acme Pumps",
  productNumber: 7,
  algorithms: ["ES256", "ML-DSA-44"],
  notAfter: "none",
  minimumCustody: 1,
  showsMaker: true,
  admission: { kind: "open" },
};

const profiles: readonly [what: string, changes: object][] = [
  ["nothing more", {}],
  ["models and a MUD URL", { models: ["M1", "M2"], mudUrl: "https://acme.example/mud.json" }],
  ["accepted evidence", { evidence: [{ format: "dice" }, { format: "tpm2-certify", roots: ["maker"] }] }],
  ["days", { notAfter: 3650 }],
  ["a range of serial numbers", { admission: { kind: "serials", from: "SN-0001", to: "SN-0999" } }],
  ["a range whose bounds have as many digits", { admission: { kind: "serials", from: "7", to: "9" } }],
  ["units that are imported, and a quota", { admission: { kind: "imported" }, quota: 1000 }],
  ["a list of them", { admission: { kind: "list", serials: ["A", "B"] } }],
];
for (const [what, changes] of profiles)
  test(`a profile with ${what} comes back through JSON`, () => {
    const profile = parseProfile({ ...usual, ...changes });
    assert.deepEqual(parseProfile(JSON.parse(JSON.stringify(encodeProfile(profile)))), profile);
  });
