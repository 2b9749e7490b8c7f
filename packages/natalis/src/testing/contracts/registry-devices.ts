// SPDX-License-Identifier: Apache-2.0
// What every DeviceStore and BirthIndex must do: answer a device as it is now, whole, and never forget a birth.

import type { DeviceFilter, DeviceRow, RegistryStores } from "../../registry/index.ts";
import { type ContractSuite, expectBytes, expectSame, expectThat } from "../contract.ts";
import { commitSome, type RegistryUnderTest, someBytes, someDevice, someIssuer, someTime } from "./registry-rows.ts";

export const deviceStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "a device is answered as it was born, field by field",
    async run({ open }) {
      const stores = await open();
      const plain = someDevice(0, 0);
      const full = someDevice(1, 1, { hardwareRevision: "Rev. ß", custody: 3, owner: someBytes(32, "o", 1) });
      await commitSome(stores, { devices: [plain, full] });
      expectDevice(await stores.devices.device(plain.id), plain);
      expectDevice(await (await open()).devices.device(full.id), full);
      expectSame(await stores.devices.device(someBytes(16, "d", 9)), undefined, "an unknown device");
    },
  },
  {
    name: "a change shows at once, and changes nothing else",
    async run({ open }) {
      const stores = await open();
      const [first, second] = [someDevice(0, 0), someDevice(1, 1)];
      await commitSome(stores, { devices: [first, second] });
      const change = { id: second.id, state: "suspended", since: someTime + 5, lastEntry: 7 } as const;
      await commitSome(stores, { changes: [change] });
      expectDevice(await stores.devices.device(first.id), first);
      expectDevice(await stores.devices.device(second.id), { ...second, ...change });
      const inOne = { id: someDevice(2, 9).id, state: "retired", since: someTime + 9, lastEntry: 10 } as const;
      await commitSome(stores, { devices: [someDevice(2, 9)], changes: [inOne] });
      expectDevice(await stores.devices.device(inOne.id), { ...someDevice(2, 9), ...inOne });
    },
  },
  {
    name: "devices are listed by ordinal, in pages",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { devices: Array.from({ length: 12 }, (_, i) => someDevice(i, i)) });
      expectSame(await ordinals(stores, { limit: 500 }), "0,1,2,3,4,5,6,7,8,9,10,11", "all");
      expectSame(await ordinals(stores, { limit: 3 }), "0,1,2", "first page");
      expectSame(await ordinals(stores, { after: 2, limit: 3 }), "3,4,5", "second page");
      expectSame(await ordinals(stores, { after: 11, limit: 3 }), "", "after the end");
    },
  },
  {
    name: "filters narrow by equality, alone and together",
    async run({ open }) {
      const stores = await open();
      const devices = Array.from({ length: 8 }, (_, i) =>
        someDevice(i, i, {
          product: i % 2 === 0 ? "meter" : "valve",
          maker: i < 4 ? "A" : "B",
          model: `M-${i % 3}`,
          station: i === 7 ? "station-2" : "station-1",
        }),
      );
      const change = { id: someBytes(16, "d", 5), state: "revoked", since: someTime, lastEntry: 9 } as const;
      await commitSome(stores, { devices, changes: [change] });
      const cases: readonly (readonly [DeviceFilter, string])[] = [
        [{ product: "valve" }, "1,3,5,7"],
        [{ maker: "B" }, "4,5,6,7"],
        [{ model: "M-1" }, "1,4,7"],
        [{ serial: "S 6" }, "6"],
        [{ station: "station-2" }, "7"],
        [{ state: "revoked" }, "5"],
        [{ state: "active", product: "valve", maker: "B" }, "7"],
        [{ product: "val%" }, ""],
        [{}, "0,1,2,3,4,5,6,7"],
      ];
      for (const [filter, found] of cases)
        expectSame(await ordinals(stores, { limit: 500, filter }), found, JSON.stringify(filter));
      expectSame(await ordinals(stores, { after: 1, limit: 2, filter: { product: "valve" } }), "3,5", "a page");
    },
  },
];

export const birthIndexContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "a birth is found by key and by unit, in whatever state",
    async run({ open }) {
      const stores = await open();
      const device = someDevice(0, 0);
      await commitSome(stores, { devices: [device] });
      const change = { id: device.id, state: "retired", since: someTime, lastEntry: 2 } as const;
      await commitSome(stores, { changes: [change] });
      const { births } = await open();
      expectDevice(await births.birthByKey(device.keyHash), { ...device, ...change });
      expectDevice(await births.birthByUnit(device.unitTag), { ...device, ...change });
      expectSame(await births.birthByKey(device.unitTag), undefined, "an unknown key");
      expectSame(await births.birthByUnit(device.keyHash), undefined, "an unknown unit");
    },
  },
  {
    name: "claims are answered one by one, the first field that is taken",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { devices: [someDevice(0, 0)] });
      const free = claimOf(someDevice(9, 9));
      const born = claimOf(someDevice(0, 0));
      const { keyHash, unitTag, deviceId, certificateSerial } = born;
      const found = await stores.births.takenBy([
        free,
        { ...free, keyHash },
        { ...free, unitTag },
        { ...free, deviceId },
        { ...free, certificateSerial },
        { ...free, certificateSerial, issuer: "b2".repeat(20) },
        { ...free, unitTag, keyHash },
        born,
      ]);
      expectSame(found.map(String).join(), "undefined,key,unit,device,serial,undefined,key,key", "taken fields");
      expectSame((await stores.births.takenBy([])).length, 0, "answers to no claims");
      expectSame((await stores.births.takenBy(Array.from({ length: 600 }, () => born)))[599], "key", "the 600th claim");
    },
  },
];

function claimOf({ id, keyHash, unitTag, certificateSerial }: DeviceRow) {
  return { deviceId: id, keyHash, unitTag, issuer: someIssuer, certificateSerial };
}

async function ordinals(stores: RegistryStores, query: Parameters<RegistryStores["devices"]["listDevices"]>[0]) {
  return (await stores.devices.listDevices(query)).map(({ ordinal }) => ordinal).join();
}

function expectDevice(actual: DeviceRow | undefined, expected: DeviceRow): void {
  expectThat(actual !== undefined, `device ${expected.ordinal} is found`);
  expectSame(Object.keys(actual).sort().join(), Object.keys(expected).sort().join(), "fields of the device");
  for (const [field, value] of Object.entries(expected)) {
    const seen = actual[field as keyof DeviceRow];
    if (value instanceof Uint8Array) expectBytes(seen as Uint8Array, value, field);
    else expectSame(seen, value, field);
  }
}
