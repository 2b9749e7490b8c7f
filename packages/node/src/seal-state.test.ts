// SPDX-License-Identifier: Apache-2.0
// The contract runs in ports.test.ts; here is what only a file can do.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileSealState } from "./seal-state.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-seal-"));
after(() => rmSync(folder, { recursive: true }));
const moved = { code: "NAT_SEALSTATE_MOVED" };

test("of two sealers over one file the one that comes second is refused", async () => {
  const path = join(folder, "two");
  const [first, second] = [new FileSealState(path), new FileSealState(path)];
  await first.load();
  await second.load();
  await first.save(Uint8Array.of(1));
  await assert.rejects(second.save(Uint8Array.of(1)), moved);
  await first.save(Uint8Array.of(2));
});

test("what is saved is the state at the time of the call, in a Buffer too", async () => {
  const store = new FileSealState(join(folder, "buffer"));
  await store.load();
  const state = Buffer.from("as it was");
  const saving = store.save(state);
  state.fill(0);
  await saving;
  assert.equal(Buffer.from((await store.load()) as Uint8Array).toString(), "as it was");
  await store.save(Uint8Array.of(2));
});

test("what was loaded is the caller's own: changing it is not taken for a second sealer", async () => {
  const store = new FileSealState(join(folder, "loaded"));
  await store.load();
  await store.save(Uint8Array.of(1, 2, 3));
  (await store.load())?.fill(9);
  await store.save(Uint8Array.of(4));
  assert.deepEqual(await store.load(), Uint8Array.of(4));
});

test("a file that vanished under its sealer is refused, and loading again makes it right", async () => {
  const path = join(folder, "vanished");
  const store = new FileSealState(path);
  await store.load();
  await store.save(Uint8Array.of(1));
  rmSync(path);
  await assert.rejects(store.save(Uint8Array.of(2)), moved);
  assert.equal(await store.load(), undefined);
  await store.save(Uint8Array.of(3));
});
