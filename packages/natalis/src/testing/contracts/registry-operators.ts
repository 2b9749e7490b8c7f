// SPDX-License-Identifier: Apache-2.0
// What every OperatorStore and SettingsStore must do: operators stay, also when revoked; settings are written once.

import { type ContractSuite, expectBytes, expectRefusal, expectSame, expectThat } from "../contract.ts";
import { commitSome, type RegistryUnderTest, someBytes, someOperator } from "./registry-rows.ts";

export const operatorStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "an operator is found by id and by token, field by field",
    async run({ open }) {
      const stores = await open();
      const validity = { notBefore: 1_790_000_000_000, notAfter: 1_890_000_000_001 };
      const limited = someOperator(1, { quota: 10, name: "Línea 1", enrolledEntry: 4, lastEntry: 4, ...validity });
      const admin = someOperator(2, { id: "root-admin", role: "admin", products: [] });
      await commitSome(stores, { operators: [limited, admin] });
      const found = await (await open()).operators.operatorByToken(someBytes(32, "t", 1));
      expectThat(found !== undefined, "found by token");
      expectSame(Object.keys(found).sort().join(), Object.keys(limited).sort().join(), "fields");
      expectSame(JSON.stringify(sorted(found)), JSON.stringify(sorted(limited)), "values");
      expectBytes(found.tokenHash, someBytes(32, "t", 1), "token hash");
      expectSame(found.certificateHash, undefined, "a certificate that was not given");
      const other = await stores.operators.operator("root-admin");
      expectSame(other?.quota, undefined, "a quota that was not given");
      expectSame(other !== undefined && "notBefore" in other, false, "a beginning that was not given");
      expectSame(other !== undefined && "notAfter" in other, false, "an end that was not given");
      expectSame(other?.products.length, 0, "products of an operator without any");
      expectSame(await stores.operators.operator("station-9"), undefined, "an unknown id");
      expectSame(await stores.operators.operatorByToken(someBytes(32, "t", 9)), undefined, "an unknown token");
    },
  },
  {
    name: "an operator is found by its certificate, with a token or without",
    async run({ open }) {
      const stores = await open();
      const certificateHash = someBytes(32, "c", 1);
      const { tokenHash: _, ...bare } = someOperator(2, { certificateHash: someBytes(32, "c", 2) });
      await commitSome(stores, { operators: [someOperator(1, { certificateHash }), bare] });
      const { operators } = await open();
      const both = await operators.operatorByCertificate(certificateHash);
      expectBytes(both?.certificateHash, certificateHash, "certificate hash");
      expectBytes(both?.tokenHash, someBytes(32, "t", 1), "token hash beside it");
      const found = await operators.operatorByCertificate(someBytes(32, "c", 2));
      expectSame(found?.id, "station-2", "an operator without a token");
      expectSame(Object.keys(found ?? {}).includes("tokenHash"), false, "a token hash that was not given");
      expectSame(await operators.operatorByCertificate(someBytes(32, "c", 9)), undefined, "an unknown certificate");
      expectSame(await operators.operatorByCertificate(someBytes(32, "t", 1)), undefined, "a token is no certificate");
      expectSame(await operators.operatorByToken(certificateHash), undefined, "a certificate is no token");
    },
  },
  {
    name: "a revoked operator stays, revoked, and is still found by its token",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { operators: [someOperator(1)] });
      await commitSome(stores, { operatorChanges: [{ id: "station-1", state: "revoked", lastEntry: 2 }] });
      const row = await stores.operators.operatorByToken(someBytes(32, "t", 1));
      expectThat(row?.state === "revoked" && row.lastEntry === 2 && row.enrolledEntry === 0, "it is revoked");
    },
  },
  {
    name: "operators are listed by id in pages",
    async run({ open }) {
      const stores = await open();
      await commitSome(stores, { operators: [3, 1, 2].map((number) => someOperator(number)) });
      const ids = async (after: string | undefined, limit: number) =>
        (await stores.operators.listOperators(after, limit)).map(({ id }) => id).join();
      expectSame(await ids(undefined, 500), "station-1,station-2,station-3", "all");
      expectSame(await ids("station-1", 1), "station-2", "a page");
      expectSame(await ids("station-3", 1), "", "after the end");
    },
  },
];

export const settingsStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "settings are written once and stand",
    async run({ open }) {
      const stores = await open();
      expectSame((await stores.settings.settings()).size, 0, "settings at first");
      await stores.settings.initialise(
        new Map([
          ["origin", "log.example/births"],
          ["publicUrl", "http://ä.example"],
        ]),
      );
      const { settings } = await open();
      await expectRefusal("NAT_REGISTRY_INITIALISED", () => settings.initialise(new Map([["arc", "1.3"]])));
      const stored = await settings.settings();
      expectSame([...stored.keys()].sort().join(), "origin,publicUrl", "names");
      expectSame(stored.get("publicUrl"), "http://ä.example", "a value");
    },
  },
];

function sorted(row: object): [string, unknown][] {
  return Object.entries(row)
    .filter(([, value]) => !(value instanceof Uint8Array))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
