// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { listenPlan } from "./listen.ts";
import { dataFolder } from "./service/data-folder.ts";
import { parseSettings } from "./service/settings.ts";

const path = mkdtempSync(join(tmpdir(), "natalis-listen-"));
const folder = dataFolder(path);
after(() => rmSync(path, { recursive: true }));

const host = "127.0.0.1";

function settingsWith(publicUrl: string) {
  return parseSettings({ origin: "a/b", publicUrl, arc: "1.3.6.1.4.1.32473", maker: "M" });
}

test("what the operator says comes first", async () => {
  const options = { host, httpPort: 1111, httpsPort: 2222 };
  assert.deepEqual(await listenPlan(folder, settingsWith("http://pki.example:3333"), options), options);
});

test("else the port that certificates promise, and the default", async () => {
  const plan = await listenPlan(folder, settingsWith("http://pki.example:3333"), { host });
  assert.deepEqual(plan, { host, httpPort: 3333, httpsPort: 8443 });
  assert.equal((await listenPlan(folder, settingsWith("http://pki.example"), { host })).httpPort, 80);
});

test("the port of the last time is kept", async () => {
  writeFileSync(folder.addresses, JSON.stringify({ https: "https://127.0.0.1:9999", http: "http://127.0.0.1:80" }));
  assert.equal((await listenPlan(folder, settingsWith("http://pki.example"), { host })).httpsPort, 9999);
});

test("a note of it that cannot be read does not stop a start", async () => {
  for (const content of ["", "{", "[]", '{"https":1}', '{"https":"x","http":"y"}']) {
    writeFileSync(folder.addresses, content);
    assert.equal((await listenPlan(folder, settingsWith("http://pki.example"), { host })).httpsPort, 8443, content);
  }
});
