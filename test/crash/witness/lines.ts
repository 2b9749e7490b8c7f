// SPDX-License-Identifier: Apache-2.0
// Factory lines: births asked for one after the other, or many in one call, until the registrar is gone or the line is
// told to stop; and whoever follows the log meanwhile.

import { setTimeout as wait } from "node:timers/promises";
import type { RunningRegistrar } from "../../support/registrar.ts";
import { birthOf, makeDevice } from "../../support/software-device.ts";
import type { AskedDevice, Station, Witness } from "./witness.ts";

export interface Line {
  readonly registrar: RunningRegistrar;
  readonly witness: Witness;
  readonly station: Station;
  /** Serials begin with it. */
  readonly name: string;
  readonly isOver?: () => boolean;
  /** Between two calls, milliseconds. */
  readonly pace?: number;
  /** Told of each answer. */
  readonly tell?: () => void;
}

const pollMilliseconds = 15;
/** After an answer that tells to try again. */
const pauseMilliseconds = 10;
const ndjson = "application/x-ndjson";

export async function bearUntilGone(line: Line): Promise<void> {
  for (let number = 0; line.isOver?.() !== true; number++) {
    const device = await newDevice(line, number);
    if (!(await isAsked(line, device))) return;
    await wait(line.pace);
  }
}

/** Many a call; of what was answered before the end, every whole line counts. */
export async function bearBatchesUntilGone(line: Line, size: number): Promise<void> {
  for (let batch = 0; line.isOver?.() !== true; batch++) {
    const devices = await Promise.all(Array.from({ length: size }, (_, i) => newDevice(line, batch * size + i)));
    if (!(await isBatchAsked(line, devices))) return;
    await wait(line.pace);
  }
}

/** Devices that got no answer ask once more with the same request; answers how many have one now. */
export async function askAgain(registrar: RunningRegistrar, witness: Witness, station: Station): Promise<void> {
  for (const device of [...witness.unanswered].filter((one) => one.station === station))
    await isAsked({ registrar, witness, station, name: "" }, device);
}

export async function watchCheckpoints({ registrar: { plain }, witness, isOver }: Omit<Line, "station" | "name">) {
  while (isOver?.() !== true) {
    const answer = await plain.ask("GET", "/log/checkpoint").catch(() => undefined);
    if (answer === undefined) return;
    witness.see(answer);
    await wait(pollMilliseconds);
  }
}

async function newDevice({ station, name, witness }: Line, number: number): Promise<AskedDevice> {
  const device = { ...(await makeDevice(`${name}-${number}`)), station };
  witness.ask(device);
  return device;
}

/** False where the registrar is gone. */
async function isAsked({ registrar, witness, station, tell }: Line, device: AskedDevice): Promise<boolean> {
  const client = clientOf(registrar, station);
  const answer = await client.ask("POST", "/births", { body: birthOf(device) }).catch(() => undefined);
  if (answer === undefined) return false;
  if (witness.hear(device, answer)) tell?.();
  else await wait(pauseMilliseconds);
  return true;
}

async function isBatchAsked({ registrar, witness, station, tell }: Line, devices: readonly AskedDevice[]) {
  const body = devices.map((device) => `${JSON.stringify(birthOf(device))}\n`).join("");
  const client = clientOf(registrar, station);
  const headers = { "content-type": ndjson };
  let isWhole = true;
  const text = await client.ask("POST", "/births/batch", { body, headers, part: true }).then(
    (answer) => {
      isWhole = answer.isWhole;
      return answer.text;
    },
    () => undefined,
  );
  if (text === undefined) return false;
  for (const line of text.split("\n").slice(0, -1)) {
    const { line: number, status, birth } = JSON.parse(line) as { line: number; status: number; birth?: unknown };
    const told = { status, text: birth === undefined ? line : JSON.stringify(birth) };
    if (witness.hear(devices[number - 1] as AskedDevice, told)) tell?.();
  }
  return isWhole;
}

/** One a registrar and station, so that connections are kept. */
const clients = new WeakMap<RunningRegistrar, Map<Station, RunningRegistrar["admin"]>>();

function clientOf(registrar: RunningRegistrar, station: Station): RunningRegistrar["admin"] {
  const known = clients.get(registrar) ?? new Map<Station, RunningRegistrar["admin"]>();
  const client = known.get(station) ?? registrar.admin.as(station.token);
  clients.set(registrar, known.set(station, client));
  return client;
}
