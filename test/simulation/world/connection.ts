// SPDX-License-Identifier: Apache-2.0
// The registry's ports as one registrar sees them: those of the shared store, each question over the wire.

import type { CommitBatch, RegistryStores } from "natalis/registry";
import type { Database } from "./database.ts";
import type { Incarnation } from "./scheduler.ts";
import type { Turns } from "./turns.ts";
import { type Link, Wire, type WireContext } from "./wire.ts";

/** What registrars ask their store for. */
const reads = {
  commits: ["head"],
  log: ["readLogTile", "readEntries"],
  events: ["readEvents"],
  states: ["readStateTile"],
  checkpoints: ["checkpointAt", "listCheckpoints"],
  devices: ["device"],
  births: ["birthByKey", "birthByUnit", "takenBy"],
  authorities: ["authorityByKeyId"],
  operators: ["operator", "operatorByToken", "operatorByCertificate"],
} as const;

type Method = (...input: unknown[]) => unknown;

/** The stores for one run of a registrar. */
export function connect(context: WireContext, link: Link, owner: Incarnation): RegistryStores {
  const { database } = context;
  const wire = new Wire(context, link, owner);
  const ports: Record<string, Record<string, Method>> = {};
  for (const [port, names] of Object.entries(reads)) {
    const methods: Record<string, Method> = {};
    for (const name of names)
      methods[name] = (...input) => wire.ask(name, () => method(database, port, name)(...input));
    ports[port] = methods;
  }
  const commit = (batch: CommitBatch) => {
    let isMade = false;
    const make = async () => {
      await database.commit(batch);
      isMade = true;
    };
    return wire.ask("commit", make, () => isMade && database.loseReply(batch));
  };
  const { turns } = database;
  const inTurn = <T>(work: (write: typeof commit) => Promise<T>) =>
    (turns as Turns).inTurn(wire, owner, () => work(commit));
  const commits = { ...ports.commits, commit, ...(turns && { inTurn }) };
  return { ...ports, commits } as unknown as RegistryStores;
}

function method({ registry }: Database, port: string, name: string): Method {
  const store = registry.stores[port as keyof RegistryStores] as unknown as Record<string, Method>;
  return (store[name] as Method).bind(store);
}
