// SPDX-License-Identifier: Apache-2.0
// A folder that is not a station's, or is one already, is refused by name and left as it is.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateKey, writeSealedFile } from "@natalis/node";
import { algorithmOfPublicKey, algorithms } from "natalis/formats";
import { installStation, readStation } from "./open-station.ts";
import { stationFolder } from "./station-folder.ts";
import { makeStation, openStationKey } from "./station-key.ts";

const parent = mkdtempSync(join(tmpdir(), "natalis-station-"));
after(() => rmSync(parent, { recursive: true }));
const passphrase = join(parent, "pass");
writeFileSync(passphrase, "correct horse battery staple\n", { mode: 0o600 });

let folders = 0;
const newPath = () => join(parent, `${folders++}`);
const make = (path: string) => makeStation(path, { name: "line 1", algorithm: "ES256", passphraseFile: passphrase });
const access = { passphraseFile: passphrase, readPin: () => assert.fail("a key in a file has no PIN") };
const refusal = (detail: RegExp) => ({ code: "NAT_STATION_DATA", message: detail });

test("a key is made once and never written over", async () => {
  const path = newPath();
  const { folder } = await make(path);
  const key = readFileSync(folder.key);
  await assert.rejects(make(path), refusal(/is there already/));
  assert.deepEqual(readFileSync(folder.key), key);
  const { publicKey } = await openStationKey(folder, access);
  assert.equal(algorithmOfPublicKey(publicKey).name, "ES256");
});

test("a folder without a key, or with another's, opens no station", async () => {
  const folder = stationFolder(newPath());
  await assert.rejects(openStationKey(folder, access), refusal(/is missing; natalis station init makes it/));
  const { folder: foreign } = await make(newPath());
  rmSync(foreign.key);
  const { pkcs8 } = generateKey(algorithms.ES256);
  await writeSealedFile(foreign.key, new Map([["issuing", pkcs8]]), "correct horse battery staple");
  await assert.rejects(openStationKey(foreign, access), refusal(/holds another key/));
});

test("a station that was never installed is told so", async () => {
  const path = newPath();
  await make(path);
  await assert.rejects(readStation(path), refusal(/natalis station install makes it/));
  await assert.rejects(installStation(path, "{}", "{}", access), { code: "NAT_REGISTRY_TRUST_FILE" });
  await assert.rejects(readStation(path), refusal(/natalis station install makes it/));
});
