// SPDX-License-Identifier: Apache-2.0
// Every answered birth is registered exactly once: by key, by unit, by certificate; nothing else is but births that
// were asked for and not answered; and stations are charged for what was born, no more and no less.

import assert from "node:assert/strict";
import { nodeHash } from "@natalis/node";
import { fromBase64, toBase64, toHex } from "natalis/kernel";
import { entryTypes, parsePublicEntry, type PublicEntry } from "natalis/registry";
import { decodeCbor } from "natalis/formats";
import type { Client } from "../../support/client.ts";
import type { RunningRegistrar } from "../../support/registrar.ts";
import { papersOf } from "../../support/software-device.ts";
import { type AskedDevice, keyHashOf, type Witness } from "./witness.ts";

interface Listed {
  readonly device: string;
  readonly serial: string;
  readonly station: string;
  readonly state: string;
  readonly certificateHash: string;
}

interface ListedOperator {
  readonly id: string;
  readonly born: number;
}

export async function isRegisteredOnce(
  { admin }: RunningRegistrar,
  witness: Witness,
  entries: readonly Uint8Array[],
): Promise<void> {
  const listed = await pages<Listed>(admin, "devices");
  for (const facts of [(one: Listed) => one.device, (one: Listed) => one.serial, (one: Listed) => one.certificateHash])
    assert.equal(new Set(listed.map(facts)).size, listed.length);
  const asked = new Map([...witness.unanswered].map((device) => [device.serial, device]));
  const devices = listed.map((one) => deviceOf(one, witness, asked));
  answeredAreListed(listed, witness);
  keysAndUnitsAreOnce(entries, devices);
  await stationsAreCharged(admin, listed);
}

/** Nothing is registered that nobody asked for, or that was refused. */
function deviceOf(one: Listed, witness: Witness, asked: ReadonlyMap<string, AskedDevice>): AskedDevice {
  const device = witness.answered.get(one.device)?.device ?? asked.get(one.serial);
  assert.ok(device !== undefined, `${one.serial} is registered, and its device was told otherwise`);
  assert.deepEqual([one.serial, one.station, one.state], [device.serial, device.station.id, "active"]);
  return device;
}

function answeredAreListed(listed: readonly Listed[], { answered }: Witness): void {
  const hashes = new Map(listed.map((one) => [one.device, one.certificateHash]));
  for (const [id, { answer }] of answered)
    assert.equal(hashes.get(id), toHex(nodeHash.sha256(papersOf(answer).certificate)), id);
}

function keysAndUnitsAreOnce(entries: readonly Uint8Array[], devices: readonly AskedDevice[]): void {
  const born = entries.filter(isBirth).map((bytes): PublicEntry => parsePublicEntry(bytes));
  const keys = born.map(({ keyHash }) => toHex(keyHash as Uint8Array));
  assert.deepEqual(new Set(keys), new Set(devices.map(keyHashOf)));
  assert.equal(keys.length, devices.length);
  assert.equal(new Set(born.map(({ unitTag }) => toHex(unitTag as Uint8Array))).size, devices.length);
}

function isBirth(entry: Uint8Array): boolean {
  const [, type] = decodeCbor(entry) as readonly unknown[];
  return type === entryTypes.born;
}

async function stationsAreCharged(admin: Client, listed: readonly Listed[]): Promise<void> {
  for (const { id, born } of await pages<ListedOperator>(admin, "operators"))
    assert.equal(born, listed.filter(({ station }) => station === id).length, `births charged to ${id}`);
}

/** Each answered birth's entry stands in the log where its answer said. */
export function entriesAreInPlace(entries: readonly Uint8Array[], { answered }: Witness): void {
  for (const { answer } of answered.values())
    assert.equal(toBase64(entries[answer.index] as Uint8Array), toBase64(fromBase64(answer.entry)));
}

async function pages<Row>(admin: Client, name: "devices" | "operators"): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next = ""; ; ) {
    const page = await admin.json<Record<string, unknown>>("GET", `/${name}?limit=500${next}`);
    rows.push(...(page[name] as Row[]));
    if (page.next === undefined) return rows;
    next = `&after=${String(page.next)}`;
  }
}
