// SPDX-License-Identifier: Apache-2.0
// For tests only: a line to a server that can be cut, before a question arrives or before its answer does.

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket, connect as connectTo } from "node:net";

export type Cut = "question" | "answer" | "silence";

export interface TestProxy {
  readonly port: number;
  /** The next question that holds the text meets it; then the line is whole again. */
  cutAt(text: string, what: Cut): void;
  /** How often it was cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

export async function openTestProxy(port: number): Promise<TestProxy> {
  let due: { text: string; what: Cut } | undefined;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connectTo(port, "127.0.0.1");
    let cutting: Cut | undefined;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (data) => {
      if (due !== undefined && data.includes(due.text)) {
        cutting = due.what;
        due = undefined;
        cuts += 1;
      }
      if (cutting === "question") end();
      else server.write(data);
    });
    server.on("data", (data) => {
      if (cutting === undefined) client.write(data);
      else if (cutting === "answer") end();
    });
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    cutAt(text, what) {
      due = { text, what };
    },
    get cuts() {
      return cuts;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(listener.close(), "close");
    },
  };
}
