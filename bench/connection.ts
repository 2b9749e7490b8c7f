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

interface Head {
  readonly status: number;
  readonly length: number;
  /** Of the body; undefined where it comes in chunks (RFC 9112 section 7.1). */
  readonly bodyLength: number | undefined;
}

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

export class Connection {
  readonly #stream: Duplex;
  /** Joined once: an answer may be of megabytes, and come in hundreds of parts. */
  #parts: Buffer[] = [];
  #heard = 0;
  #head: Head | undefined;
  #waiting: Waiting | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (part: Buffer) => this.#hear(part));
    stream.on("error", (error) => this.#take()?.reject(error));
    stream.on("close", () => this.#take()?.reject(new Error("the server closed the connection")));
  }

  /** Sends a whole request and waits for its answer, which must tell its length or come in chunks. */
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
    this.#parts.push(part);
    this.#heard += part.length;
    try {
      this.#head ??= readHead(this.#joined());
      const body = this.#head && this.#bodyOf(this.#head);
      if (this.#head === undefined || body === undefined) return;
      const { status } = this.#head;
      this.#head = undefined;
      this.#take()?.resolve({ status, body });
    } catch (error) {
      this.#take()?.reject(error as Error);
    }
  }

  /** Undefined while it is not all there. */
  #bodyOf({ length, bodyLength }: Head): Buffer | undefined {
    if (bodyLength === undefined && !this.#endsWith(lastChunk)) return undefined;
    if (bodyLength !== undefined && this.#heard < length + bodyLength) return undefined;
    const bytes = this.#joined();
    const body =
      bodyLength === undefined ? dechunked(bytes.subarray(length)) : bytes.subarray(length, length + bodyLength);
    if (body === undefined) return undefined;
    this.#parts = bodyLength === undefined ? [] : [bytes.subarray(length + bodyLength)];
    this.#heard = this.#parts[0]?.length ?? 0;
    return body;
  }

  #endsWith(end: Buffer): boolean {
    const last = this.#parts.at(-1) as Buffer;
    return (last.length < end.length ? this.#joined() : last).subarray(-end.length).equals(end);
  }

  #joined(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? Buffer.alloc(0);
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const length = end + headEnd.length;
  const status = Number(bytes.toString("latin1", 9, 12));
  const at = bytes.indexOf("\r\ncontent-length: ");
  if (at >= 0 && at < end)
    return { status, length, bodyLength: Number.parseInt(bytes.toString("latin1", at + 18, end), 10) };
  const text = bytes.toString("latin1", 0, length);
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(text)) return { status, length, bodyLength: undefined };
  const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1]);
  if (Number.isNaN(bodyLength)) throw new Error(`an answer without a length: ${text}`);
  return { status, length, bodyLength };
}

/** The content of the chunks; undefined where the last of them is not there. */
function dechunked(bytes: Buffer): Buffer | undefined {
  const content: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (size === 0) return Buffer.concat(content);
    const start = lineEnd + 2;
    content.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
  return undefined;
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
