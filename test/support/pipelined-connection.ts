// SPDX-License-Identifier: Apache-2.0
// A TLS connection that sends requests without waiting for answers (pipelining, RFC 9112 section 9.3.2), so that fewer
// connections ask for more at once. Answers come in the order of the requests. Two or three at once: Node's parser fails
// (HPE_PAUSED) where pipelined requests over TLS meet more unsent answers than a socket holds.

import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";

export interface PipelinedAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export class PipelinedConnection {
  readonly #socket: TLSSocket;
  readonly #waiting: ((answer: PipelinedAnswer | Error) => void)[] = [];
  #heard = "";

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (part: string) => this.#hear(part));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  static async open(port: number, roots: readonly string[]): Promise<PipelinedConnection> {
    const socket = connect({ host: "127.0.0.1", port, ca: [...roots] });
    await once(socket, "secureConnect");
    return new PipelinedConnection(socket);
  }

  /** Rejects only where no answer came. */
  async ask(request: string): Promise<PipelinedAnswer> {
    const answer = await new Promise<PipelinedAnswer | Error>((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(request, "latin1");
    });
    if (answer instanceof Error) throw answer;
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(part: string): void {
    this.#heard += part;
    for (let end = this.#heard.indexOf("\r\n\r\n"); end >= 0; end = this.#heard.indexOf("\r\n\r\n")) {
      const head = this.#heard.slice(0, end);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
      const start = end + 4;
      if (this.#heard.length < start + length) return;
      const body = this.#heard.slice(start, start + length);
      this.#heard = this.#heard.slice(start + length);
      this.#waiting.shift()?.({ status: Number(head.slice(9, 12)), head, body });
    }
  }

  #fail(error: Error): void {
    for (const resolve of this.#waiting.splice(0)) resolve(error);
  }
}
