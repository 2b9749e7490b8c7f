// SPDX-License-Identifier: Apache-2.0
// The registry's ports as one registrar sees them: those of the shared store, each question over the wire. Commits go
// through the registrar's own PostgreSQL writer where the store is one that keeps sessions and locks; else the store
// promises what the port says, and no more.

import { PostgresCommitStore } from "@natalis/registrar/parts";
import type { CommitBatch, CommitStore, RegistryStores } from "natalis/registry";
import type { Database } from "./database.ts";
import type { Incarnation } from "./scheduler.ts";
import type { Server } from "./server.ts";
import { SimulatedSessions } from "./sessions.ts";
import { type Link, Wire, type WireContext } from "./wire.ts";

export interface ConnectionContext extends WireContext {
  /** Undefined where the store knows no sessions. */
  readonly server: Server | undefined;
}

/** What registrars ask their store for. */
const reads = {
  commits: ["head"],
  log: ["readLogTile", "readEntries"],
  events: ["readEvents"],
  states: ["readStateTile"],
  checkpoints: ["checkpointAt", "listCheckpoints"],
  devices: ["device"],
  births: ["birthByKey", "birthByUnit", "birthByEvidence", "takenBy"],
  authorities: ["authorityByKeyId"],
  operators: ["operator", "operatorByToken", "operatorByCertificate"],
  products: ["productCounts"],
  expectations: ["expectedUnits"],
  incidents: ["isRecorded"],
} as const;

type Method = (...input: unknown[]) => unknown;

/** The stores for one run of a registrar. */
export function connect(context: ConnectionContext, link: Link, owner: Incarnation): RegistryStores {
  const { database, server, scheduler } = context;
  const wire = new Wire(context, link, owner);
  const ports: Record<string, Record<string, Method>> = {};
  for (const [port, names] of Object.entries(reads)) {
    const methods: Record<string, Method> = {};
    for (const name of names)
      methods[name] = (...input) => wire.ask(name, () => method(database, port, name)(...input));
    ports[port] = methods;
  }
  const commits =
    server === undefined
      ? { ...ports.commits, commit: (batch: CommitBatch) => commitOver(wire, database, batch) }
      : announcing(server, new PostgresCommitStore(new SimulatedSessions({ server, scheduler, wire, owner })));
  return { ...ports, commits } as unknown as RegistryStores;
}

function commitOver(wire: Wire, database: Database, batch: CommitBatch): Promise<void> {
  return wire.ask(
    "commit",
    () => database.commit(batch),
    () => database.loseReply(batch),
  );
}

/** Tells the server the batch behind each statement. */
function announcing(server: Server, store: PostgresCommitStore): CommitStore {
  const announced = (commit: CommitStore["commit"]) => (batch: CommitBatch) => commit(server.announce(batch));
  return {
    head: () => store.head(),
    commit: announced((batch) => store.commit(batch)),
    inTurn: (work) => store.inTurn((commit) => work(announced(commit))),
  };
}

function method({ registry }: Database, port: string, name: string): Method {
  const store = registry.stores[port as keyof RegistryStores] as unknown as Record<string, Method>;
  return (store[name] as Method).bind(store);
}
