// SPDX-License-Identifier: Apache-2.0
// What every CommitStore must do: all or nothing, durably, on the expected head only, and nothing twice.

import type { BirthClaimField, CommitBatch, DeviceRow, RegistryHead, RegistryStores } from "../../registry/index.ts";
import {
  type ContractCase,
  type ContractSuite,
  expectBytes,
  expectRefusal,
  expectSame,
  expectThat,
} from "../contract.ts";
import {
  type BatchParts,
  commitSome,
  type RegistryUnderTest,
  someBatch,
  someBytes,
  someDevice,
  someIssuer,
  someOperator,
} from "./registry-rows.ts";

export const commitStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "a new registry has no head",
    async run({ open }) {
      expectSame(await (await open()).commits.head(), undefined, "head");
    },
  },
  {
    name: "a commit is there when it is answered, and when the registry is opened again",
    async run({ open }) {
      const first = await commitSome(await open(), { devices: [someDevice(0, 0)], of: [someBytes(16, "d", 0)] });
      expectHead(await (await open()).commits.head(), first);
      const second = await commitSome(await open());
      expectHead(await (await open()).commits.head(), second);
    },
  },
  {
    name: "a commit on another head than the stored one is refused",
    async run({ open }) {
      const stores = await open();
      const first = await commitSome(stores);
      const second = await commitSome(stores);
      const forked: RegistryHead = { ...second, root: someBytes(32, "f", 9) };
      for (const expected of [undefined, first, forked])
        await expectNoTrace(stores, "NAT_REGISTRY_HEAD_MOVED", someBatch(expected, { devices: [someDevice(0, 0)] }));
      expectSame(await stores.devices.device(someDevice(0, 0).id), undefined, "device of the refused commits");
    },
  },
  {
    name: "of two commits planned on one head, one comes through",
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      const head = await commitSome(one);
      const batches = [someBatch(head, { of: [null] }), someBatch(head, { of: [null, null] })] as const;
      const results = await Promise.allSettled([commitLater(one, batches[0]), commitLater(other, batches[1])]);
      expectSame(results.filter(({ status }) => status === "fulfilled").length, 1, "commits that came through");
      const winner = batches[results.findIndex(({ status }) => status === "fulfilled")] as CommitBatch;
      expectHead(await one.commits.head(), winner.head);
      expectHead(await other.commits.head(), winner.head);
    },
  },
  {
    name: "who has its turn, where there are turns, commits by it; whoever planned meanwhile is refused",
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      const head = await commitSome(one);
      const [batch, late] = [someBatch(head, { of: [null] }), someBatch(head, { of: [null, null] })];
      const { commits } = one;
      if (commits.inTurn === undefined) return;
      let waiting: Promise<PromiseSettledResult<void>[]> | undefined;
      const answer = await commits.inTurn(async (commit) => {
        waiting = Promise.allSettled([commitLater(other, late)]);
        await commit(batch);
        return 7;
      });
      expectSame(answer, 7, "what the work answers");
      const [refused] = (await waiting) ?? [];
      expectSame(refused?.status, "rejected", "the commit that waited");
      expectHead(await other.commits.head(), batch.head);
      await commitSome(other);
    },
  },
  ...(["key", "unit", "device", "serial"] as const).map(refusesSecondBirth),
  {
    name: "the same serial under another issuer is no duplicate",
    async run({ open }) {
      const stores = await open();
      const { certificateSerial } = someDevice(0, 0);
      await commitSome(stores, { devices: [someDevice(0, 0)] });
      await commitSome(stores, { devices: [someDevice(1, 1, { certificateSerial, issuer: "b2".repeat(20) })] });
    },
  },
  {
    name: "an operator id, a token, an operator's certificate and an authority certificate are never there twice",
    async run({ open }) {
      const stores = await open();
      const authority = someAuthority(1);
      const certificateHash = someBytes(32, "c", 1);
      await commitSome(stores, { operators: [someOperator(1, { certificateHash })], authorities: [authority] });
      const seconds: BatchParts[] = [
        { operators: [someOperator(2), someOperator(1, { tokenHash: someBytes(32, "t", 9) })] },
        { operators: [someOperator(2), someOperator(9, { tokenHash: someBytes(32, "t", 1) })] },
        { operators: [someOperator(2), someOperator(9, { certificateHash })] },
        { operators: [someOperator(2)], authorities: [{ ...authority, keyId: "c3".repeat(20), entry: 2 }] },
      ];
      for (const parts of seconds)
        await expectNoTrace(stores, "NAT_REGISTRY_DUPLICATE", someBatch(await stores.commits.head(), parts));
      expectSame(await stores.operators.operator("station-2"), undefined, "operator of the refused commits");
    },
  },
  {
    name: "births are counted, and a quota is never passed, not even within one commit",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { operators: [someOperator(1, { quota: 3 }), someOperator(2)] });
      const births = (count: number) => [{ operator: "station-1", births: count }];
      await commitSome(stores, { births: births(2) });
      const tooMany = { devices: [someDevice(0, 5)], births: births(2) };
      await expectNoTrace(stores, "NAT_REGISTRY_QUOTA", someBatch(await stores.commits.head(), tooMany));
      expectSame(await stores.devices.device(someDevice(0, 5).id), undefined, "device of the refused commit");
      await commitSome(stores, { births: births(1) });
      expectSame((await stores.operators.operator("station-1"))?.born, 3, "births of the station");
      await expectNoTrace(stores, "NAT_REGISTRY_QUOTA", someBatch(await stores.commits.head(), { births: births(1) }));
      await commitSome(stores, { births: [{ operator: "station-2", births: 1000 }] });
    },
  },
  {
    name: "an operator may be enrolled, used up and revoked in one commit",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, {
        operators: [someOperator(1, { quota: 1 })],
        operatorChanges: [{ id: "station-1", state: "revoked", lastEntry: 3 }],
        births: [{ operator: "station-1", births: 1 }],
      });
      const row = await stores.operators.operator("station-1");
      expectThat(row?.state === "revoked" && row.born === 1 && row.lastEntry === 3, "all three happened");
    },
  },
  {
    name: "a commit of hundreds of rows and of none are both fine",
    async run({ open }) {
      const stores = await open();
      const devices = Array.from({ length: 700 }, (_, i) => someDevice(i, i));
      const head = await commitSome(stores, { devices, of: devices.map(({ id }) => id) });
      expectSame(head.size, 701, "size");
      expectSame((await stores.devices.device(someBytes(16, "d", 699)))?.ordinal, 699, "the last device");
      await commitSome(stores);
    },
  },
];

function refusesSecondBirth(field: BirthClaimField): ContractCase<RegistryUnderTest> {
  return {
    name: `a second birth with the same ${field} is refused whole`,
    async run({ open }) {
      const stores = await open();
      const born = someDevice(0, 0);
      await commitSome(stores, { devices: [born], changes: [{ ...born, state: "retired", lastEntry: 1 }] });
      const devices = [someDevice(1, 1), someDevice(2, 2, sharedOf(born, field))];
      await expectNoTrace(stores, "NAT_REGISTRY_DUPLICATE", someBatch(await stores.commits.head(), { devices }));
      expectSame(await stores.devices.device(someDevice(1, 1).id), undefined, "the other device of the batch");
      const twins = [someDevice(1, 1), someDevice(2, 2, sharedOf(someDevice(1, 1), field))];
      await expectNoTrace(stores, "NAT_REGISTRY_DUPLICATE", someBatch(await stores.commits.head(), { devices: twins }));
    },
  };
}

function sharedOf(born: DeviceRow, field: BirthClaimField): Partial<DeviceRow> {
  if (field === "key") return { keyHash: born.keyHash };
  if (field === "unit") return { unitTag: born.unitTag };
  return field === "device" ? { id: born.id } : { certificateSerial: born.certificateSerial };
}

function someAuthority(number: number) {
  return {
    kind: "issuing",
    keyId: someIssuer,
    certificate: someBytes(700, "c", number),
    certificateHash: someBytes(32, "c", number),
    entry: number,
  } as const;
}

async function commitLater(stores: RegistryStores, batch: CommitBatch): Promise<void> {
  await stores.commits.commit(batch);
}

/** The batch must be refused and leave head, entries and checkpoints as they were. */
async function expectNoTrace(
  stores: RegistryStores,
  code: "NAT_REGISTRY_HEAD_MOVED" | "NAT_REGISTRY_DUPLICATE" | "NAT_REGISTRY_QUOTA",
  batch: CommitBatch,
): Promise<void> {
  const before = await stores.commits.head();
  const entries = (await stores.events.readEvents(0, 500)).length;
  await expectRefusal(code, () => stores.commits.commit(batch));
  expectHead(await stores.commits.head(), before);
  expectSame((await stores.events.readEvents(0, 500)).length, entries, "entries");
  if (before === undefined || batch.head.size > before.size)
    expectSame(await stores.checkpoints.checkpointAt(batch.head.size), undefined, "checkpoint of the refused commit");
}

function expectHead(actual: RegistryHead | undefined, expected: RegistryHead | undefined): void {
  expectSame(actual === undefined, expected === undefined, "there is a head");
  if (actual === undefined || expected === undefined) return;
  for (const field of ["size", "time", "devices", "checkpoint"] as const)
    expectSame(actual[field], expected[field], `${field} of the head`);
  expectBytes(actual.root, expected.root, "root of the head");
  expectBytes(actual.stateRoot, expected.stateRoot, "state root of the head");
}
