// SPDX-License-Identifier: Apache-2.0
// What every ProductStore, ExpectationStore, EvidenceIndex and IncidentStore must do: count exactly, decide once, and
// never forget what was used or refused.

import type { ExpectedUnit, IncidentRow, ListedBirth, ProductBirths, RegistryStores } from "../../registry/index.ts";
import { type ContractSuite, expectBytes, expectRefusal, expectSame, expectThat } from "../contract.ts";
import {
  type BatchParts,
  commitSome,
  type RegistryUnderTest,
  someBatch,
  someBytes,
  someDevice,
  someTime,
} from "./registry-rows.ts";

const bornOf = (births: number, rest: Partial<ProductBirths> = {}): ProductBirths[] => [
  { product: "meter", births, listed: 0, ...rest },
];
const listed = (serial: string, ordinal: number, model = "M-1"): ListedBirth => ({
  product: "meter",
  serial,
  model,
  ordinal,
});

export const productStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "births are counted by product line, from zero",
    async run({ open }) {
      const stores = await open();
      expectSame(await countsOf(stores, "meter"), "0 0 0", "counts at first");
      await commitSome(stores, { products: [...bornOf(2), { product: "valve", births: 1, listed: 0 }] });
      await commitSome(stores, { products: bornOf(3, { quota: 1_000_000 }) });
      expectSame(await countsOf(await open(), "meter"), "5 0 0", "counts");
      const [absent, valve] = await stores.products.productCounts(["absent", "valve"]);
      expectThat(absent?.product === "absent" && absent.born === 0, "one that nobody was born of");
      expectThat(valve?.product === "valve" && valve.born === 1, "the other one");
    },
  },
  {
    name: "a quota is never passed, by the first birth either, and a commit beyond it leaves no trace",
    async run({ open }) {
      const stores = await open();
      await refused(stores, "NAT_REGISTRY_PRODUCT_QUOTA", { products: bornOf(3, { quota: 2 }) });
      await commitSome(stores, { products: bornOf(2, { quota: 3 }) });
      const tooMany = { devices: [someDevice(0, 5)], products: bornOf(2, { quota: 3 }) };
      await refused(stores, "NAT_REGISTRY_PRODUCT_QUOTA", tooMany);
      expectSame(await stores.devices.device(someDevice(0, 5).id), undefined, "device of the refused commit");
      await commitSome(stores, { products: bornOf(1, { quota: 3 }) });
      await refused(stores, "NAT_REGISTRY_PRODUCT_QUOTA", { products: bornOf(1, { quota: 3 }) });
      await commitSome(stores, { products: bornOf(1) });
      expectSame(await countsOf(stores, "meter"), "4 0 0", "counts");
    },
  },
  {
    name: "product lines are listed by name in pages",
    async run({ open }) {
      const stores = await open();
      const names = ["valve", "meter", "m-2", "m"];
      await commitSome(stores, { products: names.map((product) => ({ product, births: 1, listed: 0 })) });
      const list = async (after: string | undefined, limit: number) =>
        (await stores.products.listProducts(after, limit)).map(({ product }) => product).join();
      expectSame(await list(undefined, 500), "m,m-2,meter,valve", "all");
      expectSame(await list("m-2", 1), "meter", "a page");
      expectSame(await list("valve", 9), "", "after the end");
      await expectRefusal("NAT_REGISTRY_PAGE", () => stores.products.listProducts(undefined, 501));
    },
  },
];

export const expectationStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "units are added once, and found by product line and serial number",
    async run({ open }) {
      const stores = await open();
      const units = [{ serial: "S 2", model: "M-1" }, { serial: "S 1" }, { serial: "Ü", model: "é" }];
      expectSame(await expect(stores, units), "added,added,added", "outcomes");
      expectSame(await expect(stores, [...units, { serial: "S 3" }]), "known,known,known,added", "outcomes again");
      const others = [{ serial: "S 2" }, { serial: "S 1", model: "M-1" }, { serial: "S 2", model: "M-2" }];
      for (const unit of others) expectSame(await expect(stores, [unit]), "other model", JSON.stringify(unit));
      const { expectations } = await open();
      const asked = [["meter", "S 2"] as const, ["valve", "S 2"] as const, ["meter", "S 1"] as const];
      const found = await expectations.expectedUnits(asked.map(([product, serial]) => ({ product, serial })));
      expectSame(JSON.stringify(found[0]), JSON.stringify({ product: "meter", serial: "S 2", model: "M-1" }), "a unit");
      expectSame(found[1], undefined, "a unit of another product line");
      expectSame(JSON.stringify(found[2]), JSON.stringify({ product: "meter", serial: "S 1" }), "one of any model");
      expectSame(await countsOf(stores, "meter"), "0 4 0", "counts");
      expectSame((await expectations.expectedUnits([])).length, 0, "nothing asked");
    },
  },
  {
    name: "a listed birth takes its unit, once; a birth of a unit that is not in the list leaves no trace",
    async run({ open }) {
      const stores = await open();
      await expect(stores, [{ serial: "S 0" }, { serial: "S 1", model: "M-1" }, { serial: "S 2" }]);
      const both = [listed("S 0", 0), listed("S 1", 1)];
      await commitSome(stores, { listed: both, products: bornOf(2, { listed: 2 }) });
      expectSame(await countsOf(stores, "meter"), "2 3 2", "counts");
      for (const [unit, what] of [
        [listed("S 0", 2), "born"],
        [listed("S 9", 2), "unknown"],
        [{ ...listed("S 2", 2), product: "valve" }, "of another product line"],
      ] as const) {
        const parts = {
          devices: [someDevice(2, 5)],
          listed: [listed("S 2", 2), unit],
          products: bornOf(2, { listed: 2 }),
        };
        await refused(stores, "NAT_REGISTRY_NOT_EXPECTED", parts);
        expectSame(await stores.devices.device(someDevice(2, 5).id), undefined, `device of a unit ${what}`);
      }
      expectSame(await countsOf(stores, "meter"), "2 3 2", "counts after the refusals");
      expectSame(await statesOf(stores, {}), "S 0 0,S 1 1,S 2 -", "the list");
    },
  },
  {
    name: "the model counts where the list names one",
    async run({ open }) {
      const stores = await open();
      await expect(stores, [{ serial: "S 0", model: "M-1" }]);
      const other = { listed: [listed("S 0", 0, "M-2")], products: bornOf(1, { listed: 1 }) };
      await refused(stores, "NAT_REGISTRY_NOT_EXPECTED", other);
      await commitSome(stores, { listed: [listed("S 0", 0)], products: bornOf(1, { listed: 1 }) });
    },
  },
  {
    name: "one unit is not born twice in one commit",
    async run({ open }) {
      const stores = await open();
      await expect(stores, [{ serial: "S 0" }]);
      const twice = { listed: [listed("S 0", 0), listed("S 0", 1)], products: bornOf(2, { listed: 2 }) };
      await refused(stores, "NAT_REGISTRY_NOT_EXPECTED", twice);
    },
  },
  {
    name: "what was born before it was added is born of the list too, if the model fits",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { devices: [someDevice(0, 0), someDevice(1, 1)], products: bornOf(2) });
      const units = [{ serial: "S 0" }, { serial: "S 1", model: "M-2" }, { serial: "S 2" }];
      expectSame(await expect(stores, units), "born,added,added", "outcomes");
      expectSame(await countsOf(stores, "meter"), "2 3 1", "counts");
      expectSame(await statesOf(stores, { state: "born" }), "S 0 0", "born ones");
    },
  },
  {
    name: "units that are not born are withdrawn; born ones stay",
    async run({ open }) {
      const stores = await open();
      await expect(stores, [{ serial: "S 0" }, { serial: "S 1" }]);
      await commitSome(stores, { listed: [listed("S 0", 0)], products: bornOf(1, { listed: 1 }) });
      const outcomes = await stores.expectations.withdraw("meter", ["S 9", "S 0", "S 1"]);
      expectSame(outcomes.join(), "absent,born,withdrawn", "outcomes");
      expectSame((await stores.expectations.withdraw("valve", ["S 0"])).join(), "absent", "of another product line");
      expectSame((await stores.expectations.withdraw("meter", [])).join(), "", "of nothing");
      expectSame(await countsOf(stores, "meter"), "1 1 1", "counts");
      const late = { listed: [listed("S 1", 1)], products: bornOf(1, { listed: 1 }) };
      await refused(stores, "NAT_REGISTRY_NOT_EXPECTED", late);
      expectSame(await expect(stores, [{ serial: "S 1" }, { serial: "S 0" }]), "added,known", "added again");
      expectSame(await countsOf(stores, "meter"), "1 2 1", "counts at last");
    },
  },
  {
    name: "of a birth and a withdrawal of one unit, one comes through",
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      for (let i = 0; i < 10; i++) {
        const serial = `S ${i}`;
        await expect(one, [{ serial }]);
        const batch = someBatch(await one.commits.head(), {
          of: [null],
          listed: [listed(serial, i)],
          products: bornOf(1, { listed: 1 }),
        });
        const birth = async () => one.commits.commit(batch);
        const withdrawal = async () => other.expectations.withdraw("meter", [serial]);
        // Whichever is asked first.
        const early = i % 2 === 0 ? birth() : undefined;
        const withdrawing = withdrawal();
        const [birthSettled] = await Promise.allSettled([early ?? birth()]);
        const isBorn = birthSettled.status === "fulfilled";
        const [withdrawn] = await withdrawing;
        expectSame(withdrawn, isBorn ? "born" : "withdrawn", `withdrawal ${i}`);
      }
      const [counts] = await one.products.productCounts(["meter"]);
      expectThat(counts !== undefined && counts.expected === counts.expectedBorn, "the counts are those of the list");
      expectSame((await rowsOf(one, {})).length, counts.expected, "rows that are left");
    },
  },
  {
    name: "lists added at once by two are each counted once",
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      const units = Array.from({ length: 300 }, (_, i) => ({ serial: `S ${String(i).padStart(3, "0")}` }));
      const outcomes = await Promise.all([
        one.expectations.expect("meter", units),
        other.expectations.expect("meter", units.toReversed()),
      ]);
      const added = outcomes.flat().filter((outcome) => outcome === "added").length;
      expectSame(added, 300, "units that were added");
      expectSame(outcomes.flat().filter((outcome) => outcome === "known").length, 300, "units that were known");
      expectSame(await countsOf(one, "meter"), "0 300 0", "counts");
    },
  },
  {
    name: "a list is told by serial number in pages, whole or by what is born",
    async run({ open }) {
      const stores = await open();
      await expect(
        stores,
        ["b", "a", "C", "ä", "c"].map((serial) => ({ serial })),
      );
      await stores.expectations.expect("valve", [{ serial: "v" }]);
      const births = { listed: [listed("b", 1), listed("ä", 2)], products: bornOf(2, { listed: 2 }) };
      await commitSome(stores, births);
      expectSame(await statesOf(stores, {}), "C -,a -,b 1,c -,ä 2", "all");
      expectSame(await statesOf(stores, { state: "left" }), "C -,a -,c -", "those that are left");
      expectSame(await statesOf(stores, { state: "born" }), "b 1,ä 2", "those that are born");
      expectSame(await statesOf(stores, { after: "a", limit: 2 }), "b 1,c -", "a page");
      expectSame(await statesOf(stores, { state: "left", after: "C", limit: 1 }), "a -", "a page of what is left");
      const many = Array.from({ length: 501 }, (_, i) => ({ serial: `m${i}` }));
      await expectRefusal("NAT_REGISTRY_PAGE", () => stores.expectations.expect("meter", many));
      await expectRefusal("NAT_REGISTRY_PAGE", () => stores.expectations.listExpected({ product: "meter", limit: 0 }));
    },
  },
];

export const evidenceIndexContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "evidence is never there twice, and is found for ever",
    async run({ open }) {
      const stores = await open();
      const [first, second] = [someBytes(32, "v", 1), someBytes(32, "v", 2)];
      const claims = [first, second].map((digest) => ({ digest, ordinal: 0 }));
      await commitSome(stores, { devices: [someDevice(0, 0)], evidence: claims });
      const parts = { devices: [someDevice(1, 1)], evidence: [{ digest: second, ordinal: 1 }] };
      await refused(stores, "NAT_REGISTRY_DUPLICATE", parts);
      const twins = [1, 2].map((ordinal) => ({ digest: someBytes(32, "v", 3), ordinal }));
      await refused(stores, "NAT_REGISTRY_DUPLICATE", {
        devices: [someDevice(1, 1), someDevice(2, 2)],
        evidence: twins,
      });
      const { births } = await open();
      expectSame((await births.birthByEvidence([someBytes(32, "v", 3), second]))?.ordinal, 0, "its device");
      expectSame(await births.birthByEvidence([someBytes(32, "v", 3)]), undefined, "evidence of nobody");
      expectSame(await births.birthByEvidence([]), undefined, "no evidence");
    },
  },
  {
    name: "evidence is kept with its birth, byte for byte, and a birth without has none",
    async run({ open }) {
      const stores = await open();
      const body = someBytes(40_000, "k", 1);
      const devices = [someDevice(0, 0), someDevice(1, 1)];
      await commitSome(stores, { devices, keptEvidence: [{ ordinal: 1, body }] });
      const { keptEvidence } = await open();
      expectBytes(await keptEvidence.keptEvidence(1), body, "the evidence");
      expectSame(await keptEvidence.keptEvidence(0), undefined, "of a birth without");
      expectSame(await keptEvidence.keptEvidence(7), undefined, "of no birth");
    },
  },
  {
    name: "what a birth would take is taken by its evidence last",
    async run({ open }) {
      const stores = await open();
      const digest = someBytes(32, "v", 1);
      await commitSome(stores, { devices: [someDevice(0, 0)], evidence: [{ digest, ordinal: 0 }] });
      const claimOf = (number: number, evidence: Uint8Array[]) => {
        const row = someDevice(number, number);
        return { ...row, deviceId: row.id, evidence };
      };
      const claims = [claimOf(0, [digest]), claimOf(1, [someBytes(32, "v", 2), digest]), claimOf(2, [])];
      expectSame((await stores.births.takenBy(claims)).join(), "key,evidence,", "fields");
    },
  },
];

export const incidentStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "a refused birth is told field by field",
    async run({ open }) {
      const stores = await open();
      const deviceId = someDevice(0, 0).id;
      const incidents = [someIncident(1, { deviceId, unrecorded: 7 }), someIncident(2)];
      await commitSome(stores, { incidents });
      const found = await (await open()).incidents.listIncidents({ limit: 500 });
      expectSame(found.length, 2, "incidents");
      for (const [i, row] of found.entries())
        expectSame(textOf(row), textOf(incidents[i] as IncidentRow), "an incident");
    },
  },
  {
    name: "the same attempt is recorded once; another station, code, key or unit makes another one",
    async run({ open }) {
      const stores = await open();
      const row = someIncident(1);
      await commitSome(stores, { incidents: [row] });
      expectSame(await stores.incidents.isRecorded(row), true, "the attempt");
      const others: Partial<IncidentRow>[] = [
        { station: "station-2" },
        { code: "NAT_BIRTH_UNIT_REUSED" },
        { keyHash: someBytes(32, "k", 9) },
        { unitTag: someBytes(32, "u", 9) },
      ];
      for (const change of others)
        expectSame(
          await stores.incidents.isRecorded({ ...row, ...change }),
          false,
          JSON.stringify(Object.keys(change)),
        );
      await refused(stores, "NAT_REGISTRY_DUPLICATE", { incidents: [{ ...row, entry: 2 }] });
      await commitSome(stores, { incidents: others.map((change, i) => ({ ...row, ...change, entry: 3 + i })) });
    },
  },
  {
    name: "refused births are listed by entry in pages, narrowed by station, code and device",
    async run({ open }) {
      const stores = await open();
      const deviceId = someDevice(0, 0).id;
      const incidents = [
        someIncident(1),
        someIncident(4, { station: "station-2", deviceId }),
        someIncident(5, { code: "NAT_BIRTH_EVIDENCE_REUSED", deviceId }),
        someIncident(9, { station: "station-2" }),
      ];
      await commitSome(stores, { incidents });
      const list = async (query: object) =>
        (await stores.incidents.listIncidents({ limit: 500, ...query })).map(({ entry }) => entry).join();
      expectSame(await list({}), "1,4,5,9", "all");
      expectSame(await list({ after: 1, limit: 2 }), "4,5", "a page");
      expectSame(await list({ filter: { station: "station-2" } }), "4,9", "of a station");
      expectSame(await list({ filter: { deviceId } }), "4,5", "of a device");
      expectSame(await list({ filter: { code: "NAT_BIRTH_EVIDENCE_REUSED" } }), "5", "of a code");
      expectSame(await list({ after: 4, filter: { deviceId } }), "5", "of a device, later");
      expectSame(await list({ filter: { deviceId, station: "station-1" } }), "5", "of both");
      expectSame(await list({ filter: { deviceId: new Uint8Array(16) } }), "", "of no device");
      await expectRefusal("NAT_REGISTRY_PAGE", () => stores.incidents.listIncidents({ limit: 501 }));
    },
  },
];

function someIncident(entry: number, changes: Partial<IncidentRow> = {}): IncidentRow {
  return {
    entry,
    time: someTime + entry,
    station: "station-1",
    code: "NAT_BIRTH_KEY_REUSED",
    keyHash: someBytes(32, "k", entry),
    unitTag: someBytes(32, "u", entry),
    unrecorded: 0,
    ...changes,
  };
}

function textOf({ deviceId, keyHash, unitTag, ...row }: IncidentRow): string {
  const fields = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([fields, [...(deviceId ?? [])], [...keyHash], [...unitTag]]);
}

async function refused(
  stores: RegistryStores,
  code: "NAT_REGISTRY_PRODUCT_QUOTA" | "NAT_REGISTRY_NOT_EXPECTED" | "NAT_REGISTRY_DUPLICATE",
  parts: BatchParts,
): Promise<void> {
  const before = await stores.commits.head();
  await expectRefusal(code, async () => stores.commits.commit(someBatch(before, parts)));
  const after = await stores.commits.head();
  expectSame(after?.size, before?.size, "size of the head");
  if (before !== undefined) expectBytes(after?.root, before.root, "root of the head");
}

async function expect(stores: RegistryStores, units: readonly ExpectedUnit[]): Promise<string> {
  return (await stores.expectations.expect("meter", units)).join();
}

async function countsOf(stores: RegistryStores, product: string): Promise<string> {
  const [counts] = await stores.products.productCounts([product]);
  return `${counts?.born} ${counts?.expected} ${counts?.expectedBorn}`;
}

async function rowsOf(stores: RegistryStores, query: object) {
  return stores.expectations.listExpected({ product: "meter", limit: 500, ...query });
}

async function statesOf(stores: RegistryStores, query: object): Promise<string> {
  return (await rowsOf(stores, query)).map(({ serial, born = "-" }) => `${serial} ${born}`).join();
}
