// SPDX-License-Identifier: Apache-2.0
// One kept-alive connection that asks one request after the other (HTTP/1.1, RFC 9112) and does nothing that a load
// generator can do without: it shares its processors with the server that is measured.

import { once } from "node:events";
import type { TcpNetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions } from "node:tls";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const headEnd = Buffer.from("\r\n\r\n");

export class Connection {
  readonly #stream: Duplex;
  #heard: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (part: Buffer) => this.#hear(part));
    stream.on("error", (error) => this.#take()?.reject(error));
    stream.on("close", () => this.#take()?.reject(new Error("the server closed the connection")));
  }

  /** Sends a whole request and waits for its answer, which must tell its length. */
  ask(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#stream.destroyed) return reject(new Error("the connection is closed"));
      this.#waiting = { resolve, reject };
      this.#stream.write(request);
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  #hear(part: Buffer): void {
    this.#heard = this.#heard.length === 0 ? part : Buffer.concat([this.#heard, part]);
    const bodyStart = this.#heard.indexOf(headEnd) + headEnd.length;
    if (bodyStart < headEnd.length) return;
    const head = this.#heard.toString("latin1", 0, bodyStart);
    const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (Number.isNaN(bodyEnd)) this.#take()?.reject(new Error(`an answer without a length: ${head}`));
    if (!(this.#heard.length >= bodyEnd)) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.#heard.subarray(bodyStart, bodyEnd) };
    this.#heard = this.#heard.subarray(bodyEnd);
    this.#take()?.resolve(answer);
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

/** Over TLS; `localAddress` where the server counts by addresses. */
export async function connectTls(
  options: ConnectionOptions & Pick<TcpNetConnectOpts, "localAddress">,
): Promise<Connection> {
  const socket = connect(options);
  await once(socket, "secureConnect");
  socket.setNoDelay(true);
  return new Connection(socket);
}
