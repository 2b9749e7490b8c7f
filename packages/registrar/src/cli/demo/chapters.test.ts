// SPDX-License-Identifier: Apache-2.0
// A power cut comes when a chapter is over and not yet kept as told: then it is lived a second time, and must end the
// same way.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { dataFolder } from "../../service/data-folder.ts";
import { initRegistrar } from "../../service/init.ts";
import { parseSettings } from "../../service/settings.ts";
import { chapters } from "./chapters.ts";
import { type Demo, prepareDemo } from "./prepare.ts";
import { prepareSoftwareTpm } from "./software-tpm.ts";
import { tpmChapter } from "./tpm-chapter.ts";

const root = mkdtempSync(join(tmpdir(), "natalis-demo-"));
after(() => rmSync(root, { recursive: true }));

test("each chapter can be lived again after a power cut", async () => {
  const path = join(root, "lived");
  const readings = join(root, "readings.csv");
  const rows = Array.from({ length: 20 }, (_, i) => `2026-01-01 00:00:${i + 10},${i}`);
  writeFileSync(readings, `timestamp,value\n${rows.join("\n")}\n`);
  const demo = await prepareDemo(path, readings);
  try {
    mkdirSync(join(path, "demo"), { recursive: true });
    for (const { title, live } of chapters)
      for (const time of ["first", "second"]) {
        const told: string[] = [];
        await assert.doesNotReject(
          live(demo, (line) => told.push(line)),
          `${title}, ${time} time`,
        );
        assert.ok(told.length > 0);
      }
  } finally {
    await demo.running.close();
  }
});

test("where there is no swtpm, one line says how to get it", async () => {
  const told: string[] = [];
  await tpmChapter.live({ softwareTpm: undefined } as Demo, (line) => told.push(line));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /apt-get install swtpm swtpm-tools/);
});

test("a registry with roots of its owner's own gets no TPM, nor one without swtpm", async () => {
  const path = join(root, "owned");
  const folder = dataFolder(path);
  assert.equal(await prepareSoftwareTpm(folder, ""), undefined);
  mkdirSync(folder.evidenceRoots, { recursive: true });
  writeFileSync(join(folder.evidenceRoots, "roots.json"), "{}");
  assert.equal(await prepareSoftwareTpm(folder, process.env.PATH ?? ""), undefined);
  assert.deepEqual(readdirSync(path), ["evidence-roots"]);
});

test("a data set too short for the story makes nothing", async () => {
  const readings = join(root, "short.csv");
  writeFileSync(readings, "timestamp,value\n2026-01-01 00:00:00,1\n");
  await assert.rejects(prepareDemo(join(root, "none"), readings), { code: "NAT_CLIENT_OPTION" });
  await assert.rejects(prepareDemo(join(root, "none"), join(root, "absent.csv")), { code: "NAT_CLIENT_FILE" });
});

test("nobody's own registry gets a story", async () => {
  const folder = join(root, "own");
  const arc = "1.3.6.1.4.1.32473";
  const settings = parseSettings({ origin: "real.example/births", publicUrl: "http://127.0.0.1:1", arc, maker: "M" });
  await initRegistrar({ folder, settings, product: "sensor" });
  await assert.rejects(prepareDemo(folder), { code: "NAT_CLIENT_OPTION" });
});

test("a folder that is a file is refused by name", async () => {
  const path = join(root, "file");
  writeFileSync(path, "");
  await assert.rejects(prepareDemo(path), (error: Error) => error.message.includes(path) && /NAT_/.test(error.message));
});
