// SPDX-License-Identifier: Apache-2.0
// TCP ports for servers that are stopped and started again on the same one. They lie below the range from which the
// system takes ports for outgoing connections, so that no client sits on one while its server is down.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

export const loopback = "127.0.0.1";

/** Linux takes ports for outgoing connections from 32768 up (ip_local_port_range). */
const range = { from: 12_000, below: 32_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(range.from, range.below);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: loopback, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
