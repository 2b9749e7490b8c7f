// SPDX-License-Identifier: Apache-2.0
// Which objects are loaded when, by a transport that only counts handles; and that nothing stays behind on failure.

import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, isNatalisError } from "natalis/kernel";
import { sized, TpmReader, uint16, uint32 } from "natalis/protect";
import { CommandChannel } from "./command.ts";
import { ObjectSlots, releasing } from "./object-slots.ts";
import { storageTemplate } from "./templates.ts";
import type { TpmTransport } from "./transport.ts";

const codes = { createPrimary: 0x131, load: 0x157, flush: 0x165 } as const;
const ticket = concatBytes(uint16(0), uint32(0), sized(new Uint8Array(0)));
const noOctets = sized(new Uint8Array(0));

/** Gives out handles and takes them back. */
class CountingTpm implements TpmTransport {
  readonly loaded = new Set<number>();
  readonly commands: number[] = [];
  #next = 0x8000_0000;

  async exchange(command: Uint8Array): Promise<Uint8Array> {
    const reader = new TpmReader(command);
    reader.octets(6);
    const code = reader.uint32();
    this.commands.push(code);
    if (code === codes.flush) return this.#flush(reader.uint32());
    const handle = this.#next++;
    this.loaded.add(handle);
    const parameters = code === codes.load ? noOctets : concatBytes(noOctets, noOctets, noOctets, ticket, noOctets);
    const body = concatBytes(uint32(handle), uint32(parameters.length), parameters);
    return concatBytes(uint16(0x8002), uint32(10 + body.length), uint32(0), body);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #flush(handle: number): Uint8Array {
    const responseCode = this.loaded.delete(handle) ? 0 : 0x1cb;
    return concatBytes(uint16(0x8001), uint32(10), uint32(responseCode));
  }
}

function makeSlots() {
  const tpm = new CountingTpm();
  return { tpm, slots: new ObjectSlots(new CommandChannel(tpm, 1000), {}) };
}

const keyOf = (octet: number) => ({ publicArea: Uint8Array.of(octet), privateArea: Uint8Array.of(octet) });
const absent = () => {
  throw Object.assign(new Error("gone"));
};

test("a primary key is loaded for its use alone", async () => {
  const { tpm, slots } = makeSlots();
  const seen = await slots.withPrimary("owner", storageTemplate, async () => tpm.loaded.size);
  assert.equal(seen, 1);
  assert.equal(tpm.loaded.size, 0);
});

test("on failure too, whose error is told", async () => {
  const { tpm, slots } = makeSlots();
  await assert.rejects(
    slots.withPrimary("endorsement", storageTemplate, async () => absent()),
    /gone/,
  );
  assert.equal(tpm.loaded.size, 0);
});

test("what flushing failed for is told where nothing else failed", async () => {
  const { slots } = makeSlots();
  const isAbsent = (error: unknown) => isNatalisError(error, "NAT_TPM_ABSENT");
  await assert.rejects(
    releasing(slots.channel, 0x8000_0009, async () => 1),
    isAbsent,
  );
  await assert.rejects(
    releasing(slots.channel, 0x8000_0009, async () => absent()),
    /gone/,
  );
});

test("the key last used stays, and no second one", async () => {
  const { tpm, slots } = makeSlots();
  const handles: number[] = [];
  for (const octet of [1, 1, 1, 2, 2, 1]) handles.push(await slots.withKey(keyOf(octet), async (handle) => handle));
  assert.equal(new Set(handles.slice(0, 3)).size, 1);
  assert.equal(new Set(handles).size, 3);
  assert.equal(tpm.loaded.size, 1);
  assert.equal(tpm.commands.filter((code) => code === codes.load).length, 3);
  await slots.flush();
  await slots.flush();
  assert.equal(tpm.loaded.size, 0);
});

test("a persistent key is loaded nowhere", async () => {
  const { tpm, slots } = makeSlots();
  const source = { publicArea: Uint8Array.of(1), persistentHandle: 0x8100_0001 };
  assert.equal(await slots.withKey(source, async (handle) => handle), 0x8100_0001);
  assert.deepEqual(tpm.commands, []);
});

test("a key that is gone from the TPM is loaded again, once", async () => {
  const { tpm, slots } = makeSlots();
  const first = await slots.withKey(keyOf(1), async (handle) => handle);
  tpm.loaded.delete(first);
  const use = async (handle: number) => {
    if (tpm.loaded.has(handle)) return handle;
    await releasing(slots.channel, handle, async () => undefined);
    return 0;
  };
  const second = await slots.withKey(keyOf(1), use);
  assert.notEqual(second, first);
  assert.ok(tpm.loaded.has(second));
  await assert.rejects(
    slots.withKey(keyOf(1), async () => absent()),
    /gone/,
  );
  assert.equal(tpm.commands.filter((code) => code === codes.load).length, 2);
});

test("authorizations of hierarchies are empty unless they are given", () => {
  const { slots } = makeSlots();
  assert.equal(slots.authorizationOf("owner").length, 0);
  const own = new ObjectSlots(slots.channel, { owner: Uint8Array.of(1) });
  assert.deepEqual(own.authorizationOf("owner"), Uint8Array.of(1));
});
