// SPDX-License-Identifier: Apache-2.0
// Everything that a registry tells the world by its stores: checkpoint, tiles, entries, and of each device its documents,
// receipt and state proof. Answers are texts by name; what is refused has none.

import { nodeHash as hash } from "@natalis/node";
import { parseUuid, toBase64 } from "natalis/kernel";
import { birthReceiptOf, readBirth, type RegistryStores, ServedLog, stateProofOf } from "natalis/registry";

const bundleWidth = 256;

export type Served = ReadonlyMap<string, string>;

/** @param size of the log @param ids of its devices */
export async function servedBy(stores: RegistryStores, size: number, ids: Iterable<string>): Promise<Served> {
  const served = new Map<string, string>();
  const ask = async (name: string, answer: () => Promise<Uint8Array | string | undefined>) => {
    // Whatever is thrown, the doors answer 500: a row that is torn has columns that no row can have.
    const told = await answer().catch(() => undefined);
    if (told !== undefined) served.set(name, typeof told === "string" ? told : toBase64(told));
  };
  const log = new ServedLog(stores, hash);
  await ask("checkpoint", () => log.checkpoint());
  for (let index = 0; index * bundleWidth < size; index++) {
    const width = Math.min(bundleWidth, size - index * bundleWidth);
    await ask(`tile ${index}`, () => log.tile({ level: 0, index }, width));
    await ask(`entries ${index}`, () => log.bundle(index, width));
  }
  for (const id of ids) await askOf(parseUuid(id), stores, (name, answer) => ask(`${name} of ${id}`, answer));
  return served;
}

type Ask = (name: string, answer: () => Promise<Uint8Array | string | undefined>) => Promise<void>;

async function askOf(id: Uint8Array, stores: RegistryStores, ask: Ask): Promise<void> {
  const documents = async () => {
    const device = await stores.devices.device(id);
    return device && readBirth(stores.events, device, hash);
  };
  await ask("certificate", async () => (await documents())?.certificate);
  await ask("record", async () => (await documents())?.record);
  await ask("state", () => stateProofOf(id, stores, hash));
  await ask("receipt", async () => {
    const device = await stores.devices.device(id);
    return device && birthReceiptOf(device, stores, hash);
  });
}
