// SPDX-License-Identifier: Apache-2.0
// What every LogStore, EventStore, StateTreeStore and CheckpointStore must do: keep history as it was committed, and
// answer it in order, a page at a time.

import type { RegistryStores, StoredEntry } from "../../registry/index.ts";
import { type ContractSuite, expectBytes, expectRefusal, expectSame } from "../contract.ts";
import { commitSome, type RegistryUnderTest, someBytes } from "./registry-rows.ts";

const [one, two] = [someBytes(16, "d", 1), someBytes(16, "d", 2)] as const;

export const historyContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "entries are read in order, whole, public and private alike",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { of: [one, null] });
      await commitSome(await open(), { of: [two] });
      const events = await stores.events.readEvents(0, 500);
      expectSame(events.map(({ index }) => index).join(), "0,1,2,3,4", "indexes");
      expectSame(events.map(({ type }) => type).join(), "1,1,0,1,0", "types");
      expectBytes(events[0]?.deviceId ?? undefined, one, "device of entry 0");
      expectSame(events[1]?.deviceId, null, "device of entry 1");
      expectBytes(events[3]?.body, someBytes(1000, "b", 3), "body of entry 3");
      expectBytes(events[3]?.salt, someBytes(16, "x", 3), "salt of entry 3");
      expectBytes(events[4]?.body, new Uint8Array(0), "body of a state entry");
      const entries = await stores.log.readEntries(0, 500);
      for (const [i, entry] of entries.entries()) expectBytes(entry, someBytes(100, "e", i), `public entry ${i}`);
      expectSame(entries.length, 5, "public entries");
    },
  },
  {
    name: "pages of entries start anywhere and end at the end",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { of: Array.from({ length: 9 }, () => null) });
      for (const [from, count, found] of [
        [0, 1, 1],
        [3, 4, 4],
        [8, 500, 2],
        [10, 5, 0],
        [1000, 5, 0],
      ] as const) {
        expectSame((await stores.log.readEntries(from, count)).length, found, `${count} entries from ${from}`);
        const events = await stores.events.readEvents(from, count);
        expectSame(events.length, found, `${count} events from ${from}`);
        if (found > 0) expectSame(events[0]?.index, from, "first index");
      }
    },
  },
  {
    name: "pages that are too large, empty or nowhere are refused",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores);
      for (const count of [0, -1, 501, 1.5]) for (const read of pagedReads(stores, count)) await refused(read);
      await refused(() => stores.log.readEntries(-1, 5));
      await refused(() => stores.events.readEvents(0.5, 5));
    },
  },
  {
    name: "a timeline has the entries of one device only, in pages",
    async run({ open }) {
      const stores = await open();
      for (let i = 0; i < 3; i++) await commitSome(stores, { of: [one, two, null] });
      const indexes = async (after: number, limit: number) =>
        (await stores.events.timeline(two, after, limit)).map(({ index }: StoredEntry) => index).join();
      expectSame(await indexes(-1, 500), "1,5,9", "timeline");
      expectSame(await indexes(-1, 2), "1,5", "first page");
      expectSame(await indexes(5, 2), "9", "second page");
      expectSame(await indexes(9, 2), "", "after the end");
      expectSame((await stores.events.timeline(someBytes(16, "d", 9), -1, 5)).length, 0, "of an unknown device");
    },
  },
  {
    name: "a tile is what was committed last; log and state tree are apart",
    async run({ open }) {
      const stores = await open();
      const id = { level: 0, index: 7 };
      const large = { level: 1, index: 2 ** 40 };
      await commitSome(stores, { logTiles: [tile(id, "l", 32)], stateTiles: [tile(id, "s", 64)] });
      await commitSome(stores, { logTiles: [tile(id, "L", 8192), tile(large, "m", 32)] });
      expectBytes(await stores.log.readLogTile(id), someBytes(8192, "L", 0), "log tile");
      expectBytes(await stores.states.readStateTile(id), someBytes(64, "s", 0), "state tile");
      await commitSome(stores, { stateTiles: [tile(id, "S", 64)] });
      expectBytes(await (await open()).states.readStateTile(id), someBytes(64, "S", 0), "replaced state tile");
      expectBytes(await stores.log.readLogTile(large), someBytes(32, "m", 0), "tile of a large index");
      expectSame(await stores.log.readLogTile({ level: 2, index: 7 }), undefined, "a tile that is not there");
      expectSame(await stores.states.readStateTile(large), undefined, "a state tile that is not there");
    },
  },
  {
    name: "every checkpoint ever committed is found, and listed by size",
    async run({ open }) {
      const stores = await open();
      const heads = [];
      for (let i = 0; i < 4; i++) heads.push(await commitSome(stores, { of: [null] }));
      for (const { size, checkpoint } of heads)
        expectSame(await stores.checkpoints.checkpointAt(size), checkpoint, `checkpoint at ${size}`);
      expectSame(await stores.checkpoints.checkpointAt(3), undefined, "checkpoint of no commit");
      const sizes = async (after: number, limit: number) =>
        (await stores.checkpoints.listCheckpoints(after, limit)).map(({ size }) => size).join();
      expectSame(await sizes(0, 500), "2,4,6,8", "checkpoints");
      expectSame(await sizes(2, 2), "4,6", "a page of them");
      expectSame((await stores.checkpoints.listCheckpoints(7, 1))[0]?.note, heads[3]?.checkpoint, "the last note");
    },
  },
];

function tile(id: { level: number; index: number }, label: string, length: number) {
  return { id, bytes: someBytes(length, label, 0) };
}

function pagedReads(stores: RegistryStores, count: number): (() => unknown)[] {
  return [
    () => stores.log.readEntries(0, count),
    () => stores.events.readEvents(0, count),
    () => stores.events.timeline(one, -1, count),
    () => stores.checkpoints.listCheckpoints(0, count),
    () => stores.devices.listDevices({ limit: count }),
    () => stores.authorities.listAuthorities(-1, count),
    () => stores.revocations.revokedIn("a1", 0, undefined, count),
    () => stores.crls.staleCrls(0, count),
    () => stores.operators.listOperators(undefined, count),
  ];
}

function refused(read: () => unknown): Promise<void> {
  return expectRefusal("NAT_REGISTRY_PAGE", read);
}
