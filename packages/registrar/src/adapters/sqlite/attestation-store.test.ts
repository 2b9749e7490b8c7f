// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { attestationStoreContract } from "natalis/testing";
import { SqliteAttestationStore } from "./attestation-store.ts";
import { SqliteChallengeStore } from "./challenge-store.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-attestations-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, `challenges-${files++}.sqlite`);
const station = "station-1";

for (const { name, run } of attestationStoreContract)
  test(`attestation store: ${name}`, async () => {
    const store = new SqliteAttestationStore(newPath());
    await run(store);
    store.close();
  });

function attestationNumber(number: number, of = station) {
  const octets = (length: number) => new Uint8Array(length).fill(number);
  const hashes = { keyHash: octets(32), factsHash: octets(32), nonce: octets(32) };
  return { id: octets(16), station: of, ...hashes, bornAt: number, expiresAt: new Date(number * 1000) };
}

test("two processes share one store, in the file of the challenges", () => {
  const path = newPath();
  const challenges = new SqliteChallengeStore(path);
  const [one, other] = [new SqliteAttestationStore(path), new SqliteAttestationStore(path)];
  one.put(attestationNumber(1));
  assert.equal(other.take(attestationNumber(1).id, station)?.bornAt, 1);
  assert.equal(one.take(attestationNumber(1).id, station), undefined);
  for (const store of [one, other, challenges]) store.close();
  assert.equal(statSync(path).mode & 0o077, 0);
});

test("one station gives way to itself, and takes nothing from another", () => {
  const store = new SqliteAttestationStore(newPath(), { all: 100, owner: 2 });
  store.put(attestationNumber(1, "quiet"));
  for (const number of [12, 10, 11, 13]) store.put(attestationNumber(number, "loud"));
  const taken = [10, 11, 12, 13].map((number) => store.take(attestationNumber(number).id, "loud") !== undefined);
  assert.deepEqual(taken, [false, false, true, true]);
  assert.ok(store.take(attestationNumber(1).id, "quiet"));
  store.close();
});

test("where all are too many, the station that has the most gives way", () => {
  const store = new SqliteAttestationStore(newPath(), { all: 4, owner: 100 });
  store.put(attestationNumber(1, "quiet"));
  for (let number = 10; number < 30; number++) store.put(attestationNumber(number, "loud"));
  store.put(attestationNumber(2, "quiet"));
  for (const number of [1, 2]) assert.ok(store.take(attestationNumber(number).id, "quiet"), String(number));
  const left = Array.from({ length: 30 }, (_, number) => number).filter((number) =>
    store.take(attestationNumber(number).id, "loud"),
  );
  assert.deepEqual(left, [28, 29]);
  store.close();
});

test("a full store lets those go that expire first", () => {
  const store = new SqliteAttestationStore(newPath(), { all: 2, owner: 100 });
  for (const number of [3, 1, 2]) store.put(attestationNumber(number));
  assert.equal(store.take(attestationNumber(1).id, station), undefined);
  for (const number of [2, 3]) assert.ok(store.take(attestationNumber(number).id, station));
  store.close();
});
