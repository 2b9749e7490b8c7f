// SPDX-License-Identifier: Apache-2.0
// What every SealStateStore must do: answer what was saved last, whoever opens it next.

import type { SealStateStore } from "../../device/index.ts";
import type { Awaitable } from "../../kernel/index.ts";
import { type ContractSuite, expectBytes, expectSame } from "../contract.ts";

/** Opens the store over the same storage each time; the storage is empty when a case begins. */
export interface SealStateUnderTest {
  readonly open: () => Awaitable<SealStateStore>;
}

const stateNumber = (number: number, length = 40) => new Uint8Array(length).fill(number);

export const sealStateStoreContract: ContractSuite<SealStateUnderTest> = [
  {
    name: "there is nothing before the first save",
    async run({ open }) {
      expectSame(await (await open()).load(), undefined, "first load");
    },
  },
  {
    name: "what was saved last is loaded, shorter or longer than before",
    async run({ open }) {
      const store = await open();
      for (const state of [stateNumber(1), stateNumber(2, 4096), stateNumber(3, 10)]) {
        await store.save(state);
        expectBytes(await store.load(), state, "loaded");
      }
    },
  },
  {
    name: "it outlives the object that saved it",
    async run({ open }) {
      await (await open()).save(stateNumber(4));
      expectBytes(await (await open()).load(), stateNumber(4), "loaded by another object");
    },
  },
  {
    name: "the caller may reuse its buffers",
    async run({ open }) {
      const store = await open();
      const state = stateNumber(5);
      const saving = store.save(state);
      state.fill(0);
      await saving;
      const loaded = await store.load();
      expectBytes(loaded, stateNumber(5), "loaded");
      loaded?.fill(0);
      expectBytes(await store.load(), stateNumber(5), "loaded again after the first answer was wiped");
    },
  },
];
