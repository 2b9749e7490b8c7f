// SPDX-License-Identifier: Apache-2.0
// A thread of requests.ts: makes bodies of `POST /births`, each with a P-384 key and a unit of its own.

import { parentPort, workerData } from "node:worker_threads";
import { generateKey } from "@natalis/node";
import { algorithms } from "natalis/formats";
import { birthOf, requestOf } from "../support/software-device.ts";

const { first, count } = workerData as { first: number; count: number };
const bodies: string[] = [];
for (let number = first; number < first + count; number++) {
  const serial = `CROWD-${number}`;
  const request = await requestOf(serial, generateKey(algorithms.ES384).signer);
  bodies.push(JSON.stringify(birthOf({ request, serial })));
}
parentPort?.postMessage(bodies);
