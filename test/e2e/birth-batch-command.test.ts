// SPDX-License-Identifier: Apache-2.0
// natalis birth --batch: a factory's file of units, interrupted and taken up again.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { natalis, outcomeOf, spawnNatalis } from "../support/command.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { makeDevice } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Line {
  readonly line: number;
  readonly serial: string;
  readonly status: number;
  readonly birth?: { readonly device: string };
}

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
let registrar: RunningRegistrar;

before(async () => {
  registrar = await openRegistrar(scope);
});

function words(batch: string): string[] {
  return ["birth", "--data", registrar.place.folder, "--batch", batch, "--model", "S-1", "--facility", "Plant 7"];
}

function resultsOf(batch: string): Line[] {
  const lines = readFileSync(`${batch}.results.ndjson`, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Line);
}

test("a CSV file with requests in files: some are born, one is refused, and a second run asks for that one only", async () => {
  mkdirSync(join(folder, "requests"));
  const serials = ["CSV-1", "CSV-2", "CSV-3"];
  for (const serial of serials) writeFileSync(join(folder, "requests", serial), (await makeDevice(serial)).request);
  const batch = join(folder, "units.csv");
  const rows = serials.map((serial) => `${serial},${serial === "CSV-2" ? "toaster" : product},requests/${serial}`);
  writeFileSync(batch, ["serial,product,requestFile", ...rows, ""].join("\n"));
  const first = await outcomeOf(spawnNatalis(words(batch)));
  assert.equal(first.code, 2, first.stderr);
  assert.match(first.stdout, /2 born, 1 refused, 0 born in earlier runs/);
  assert.match(first.stderr, /line 3, CSV-2: .*NAT_SERVICE_NOT_FOUND/);
  writeFileSync(batch, readFileSync(batch, "utf8").replace("toaster", product));
  assert.match(await natalis(...words(batch)), /1 born, 0 refused, 2 born in earlier runs/);
  assert.deepEqual(
    resultsOf(batch).map(({ line, serial, status }) => [line, serial, status]),
    [
      [2, "CSV-1", 201],
      [3, "CSV-2", 404],
      [4, "CSV-3", 201],
      [3, "CSV-2", 201],
    ],
  );
  assert.match(await natalis(...words(batch)), /0 born, 0 refused, 3 born in earlier runs/);
});

test("an NDJSON file that is interrupted goes on where it was, and nothing is born twice", async () => {
  const batch = join(folder, "units.ndjson");
  const devices = await Promise.all(Array.from({ length: 1500 }, (_, i) => makeDevice(`RUN-${i}`)));
  const lines = devices.map(({ request, serial }) => JSON.stringify({ request, serial, product }));
  writeFileSync(batch, lines.join("\n"));
  const child = spawnNatalis(words(batch));
  const ended = outcomeOf(child);
  for (let size = 0; size === 0; ) {
    await wait(20);
    size = await natalisSize(batch);
  }
  child.kill("SIGKILL");
  await ended;
  await natalis(...words(batch));
  const results = resultsOf(batch);
  assert.deepEqual(new Set(results.map(({ serial }) => serial)), new Set(devices.map(({ serial }) => serial)));
  const { devices: page } = await registrar.admin.json<{ devices: unknown[] }>(
    "GET",
    "/devices?limit=500&serial=RUN-7",
  );
  assert.equal(page.length, 1);
});

test("options that are one unit's, and a file that is none, are refused", async () => {
  const both = await outcomeOf(spawnNatalis([...words("absent"), "--serial", "X"]));
  assert.deepEqual([both.code, /NAT_CLIENT_OPTION/.test(both.stderr)], [1, true]);
  const absent = await outcomeOf(spawnNatalis(words(join(folder, "absent"))));
  assert.deepEqual([absent.code, /NAT_CLIENT_FILE/.test(absent.stderr)], [1, true]);
  const lacking = await outcomeOf(spawnNatalis(["birth", "--data", registrar.place.folder]));
  assert.deepEqual([lacking.code, /--device is missing/.test(lacking.stderr)], [1, true]);
});

async function natalisSize(batch: string): Promise<number> {
  try {
    return readFileSync(`${batch}.results.ndjson`).length;
  } catch {
    return 0;
  }
}
