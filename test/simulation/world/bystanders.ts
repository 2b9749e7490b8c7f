// SPDX-License-Identifier: Apache-2.0
// Who else is at work beside the stations: an administrator who suspends, resumes, revokes and retires devices, a
// monitor that fetches checkpoints, and a log that shows now and then that it lives.

import { isNatalisError } from "natalis/kernel";
import type { Act } from "./history.ts";
import { isTemporary } from "./registrar.ts";
import type { Service } from "./service.ts";
import type { StationContext } from "./station.ts";

const verbs = ["suspend", "suspend", "resume", "revoke", "retire"] as const;

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

async function changeDevice({ lifecycle, owner }: Service, context: StationContext): Promise<void> {
  const { history, scheduler, trace } = context;
  const { devices } = context.database.registry.tables;
  if (devices.length === 0) return;
  const { id: deviceId } = scheduler.random.pick(devices);
  const verb = scheduler.random.pick(verbs);
  const change: Act = { deviceId, note: `act ${history.acts.length}` };
  history.acts.push(change);
  try {
    change.entered = await lifecycle.change(verb, deviceId, { actor: "administrator", note: change.note });
    trace.note(scheduler.now, owner.name, `enters ${verb}`, change.entered.index);
  } catch (error) {
    if (!isNatalisError(error, "NAT_LIFECYCLE_REFUSED")) throw error;
    change.isRefused = true;
  }
}

function showLife({ queue }: Service): Promise<void> {
  return queue.touch();
}
