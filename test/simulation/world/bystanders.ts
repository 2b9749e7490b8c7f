// SPDX-License-Identifier: Apache-2.0
// Who else is at work beside the stations: an administrator who suspends, resumes, revokes and retires devices, a
// monitor that fetches checkpoints, and a log that shows now and then that it lives.

import { isNatalisError } from "natalis/kernel";
import type { LifecycleEvent } from "natalis/registry";
import { isTemporary, type Service } from "./registrar.ts";
import type { StationContext } from "./station.ts";

const changes = ["suspended", "suspended", "resumed", "revoked", "retired"] as const;

/** One act of one of them, at any registrar. */
export async function act(context: StationContext): Promise<void> {
  const { random } = context.scheduler;
  const { service } = random.pick(context.registrars);
  if (service === undefined) return;
  const deed = random.pick([fetchCheckpoint, fetchCheckpoint, changeDevice, showLife]);
  try {
    await deed(service, context);
  } catch (error) {
    if (!isTemporary(error)) context.history.violations.push(`${service.owner.name} fails: ${String(error)}`);
  }
}

async function fetchCheckpoint({ stores }: Service, { history }: StationContext): Promise<void> {
  const head = await stores.commits.head();
  if (head !== undefined) history.checkpoints.add(head.checkpoint);
}

async function changeDevice({ queue, owner }: Service, context: StationContext): Promise<void> {
  const { history, scheduler, trace } = context;
  const { devices } = context.database.registry.tables;
  if (devices.length === 0) return;
  const { id: deviceId } = scheduler.random.pick(devices);
  const event: LifecycleEvent = { type: scheduler.random.pick(changes), actor: "administrator", deviceId };
  const outcome = await queue.submit(event);
  if (outcome.kind === "entered") {
    trace.note(scheduler.now, owner.name, `enters ${event.type}`, outcome.index);
    history.acknowledged.push(outcome);
  } else if (!isNatalisError(outcome.error, "NAT_LIFECYCLE_REFUSED"))
    history.violations.push(`${owner.name} refuses ${event.type}: ${String(outcome.error)}`);
}

function showLife({ queue }: Service): Promise<void> {
  return queue.touch();
}
