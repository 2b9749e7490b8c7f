// SPDX-License-Identifier: Apache-2.0
// What a registrar that is up offers: its own use cases, queue and sequencer, wired as `service/open` wires them.

import { nodeHash } from "@natalis/node";
import {
  type BirthOutcome,
  Births,
  EventQueue,
  Lifecycle,
  Proofs,
  type QueueLimits,
  type RefusedAttempt,
} from "@natalis/registrar/parts";
import type { Principal } from "natalis/birth";
import type { Clock, Entropy } from "natalis/kernel";
import { type CheckpointMirror, type RegistryStores, Sequencer } from "natalis/registry";
import type { Defect } from "./defect.ts";
import { authenticator, noteSigners, origin, product, testAuthority } from "./maker.ts";
import type { Order } from "./orders.ts";
import { SimulatedThreads } from "./preparer.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

export interface ServiceContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly owner: Incarnation;
  readonly stores: RegistryStores;
  readonly mirror: CheckpointMirror;
  readonly limits: QueueLimits;
  readonly defect: Defect | undefined;
}

export interface Service {
  readonly owner: Incarnation;
  readonly stores: RegistryStores;
  readonly queue: EventQueue;
  readonly lifecycle: Lifecycle;
  /** @throws what the registrar refuses or fails with */
  bear(order: Order): Promise<BirthOutcome>;
}

const { profile, issuing, root } = testAuthority;
const profiles = new Map([[product, profile]]);

export function serve(context: ServiceContext): Service {
  const { scheduler, clock, entropy, owner, stores, mirror, limits, defect } = context;
  const threads = new SimulatedThreads(context);
  const sequencer = new Sequencer({ stores, mirror, origin, signers: noteSigners, entropy, hash: nodeHash });
  const pauses = {
    turn: () => scheduler.pause(owner, 1),
    moment: (milliseconds: number) => scheduler.pause(owner, milliseconds),
  };
  const queue = new EventQueue(sequencer, clock, () => threads.underWay, limits, pauses);
  const proofs = new Proofs(stores, nodeHash);
  const keys = { unitTag: authenticator };
  const parts = {
    stores,
    preparer: threads,
    queue,
    log: sequencer,
    incidents: incidentsOf(queue),
    proofs,
    profiles,
    attestations: noAttestations,
    keys,
  };
  const births = new Births({ ...parts, authority: issuing, root: root.certificate.der });
  const bear = async (order: Order): Promise<BirthOutcome> => {
    const outcome = await births.bear(principalOf(order), { product, ...order.request });
    return defect === "second-signature" && outcome.kind === "stored" ? signedAnew(outcome, order, threads) : outcome;
  };
  return { owner, stores, queue, lifecycle: new Lifecycle(queue, proofs, clock), bear };
}

/** Its births bring no evidence. */
const noAttestations = { put: () => undefined, take: () => undefined };

/** What Incidents enters, without its patience, which is in real time: whether it is entered changes no answer. */
function incidentsOf(queue: EventQueue) {
  return {
    async note({ station, code, keyHash, unitTag, deviceId }: RefusedAttempt): Promise<void> {
      const device = deviceId === undefined ? {} : { deviceId };
      const event = { type: "birth-refused", actor: station, station, code, keyHash, unitTag, ...device } as const;
      await queue.submit(event).catch(() => undefined);
    },
  };
}

function principalOf({ station }: Order): Principal {
  return { id: station, name: station, role: "station", products: [product] };
}

async function signedAnew(stored: BirthOutcome, order: Order, threads: SimulatedThreads): Promise<BirthOutcome> {
  const again = await threads.prepare({ principal: principalOf(order), product, request: order.request });
  if (again.kind !== "signed") return stored;
  const { certificate, record } = again.event;
  return { ...stored, certificate, record };
}
