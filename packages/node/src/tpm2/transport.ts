// SPDX-License-Identifier: Apache-2.0
// How commands reach a TPM: raw commands over a stream, as swtpm's data channel has them (TCP or Unix socket), or the
// character device of Linux's resource manager. One command at a time; whoever fails to answer in time is closed, since
// what comes late would be taken for the next answer.

import { type FileHandle, open } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tpmError } from "./errors.ts";

/** Where a TPM is. */
export type TpmPlace =
  | { readonly host: string; readonly port: number }
  | { readonly socket: string }
  | { readonly device: string };

/** Guarantee: `exchange` answers the whole response to a whole command; after a failure nothing more is exchanged. */
export interface TpmTransport {
  exchange(command: Uint8Array, timeoutMilliseconds: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** tag, size, response code */
const headerOctets = 10;
const sizeAt = 2;
const longestResponse = 4096;

/** @throws NAT_TPM_UNREACHABLE, NAT_TPM_DEADLINE */
export async function openTransport(place: TpmPlace, timeoutMilliseconds: number): Promise<TpmTransport> {
  if ("device" in place) return new DeviceTransport(await openDevice(place.device));
  return openStream(place, timeoutMilliseconds);
}

async function openDevice(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (cause) {
    throw tpmError("NAT_TPM_UNREACHABLE", path, cause);
  }
}

/** The part of a file that a device needs. */
export interface DeviceFile {
  write(bytes: Uint8Array, offset: number, length: number, position: null): Promise<{ readonly bytesWritten: number }>;
  read(bytes: Uint8Array, offset: number, length: number, position: null): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** /dev/tpmrm0: a command is one write, its response one read (Linux, drivers/char/tpm/tpm-dev-common.c). */
export class DeviceTransport implements TpmTransport {
  readonly #file: DeviceFile;
  #isClosed = false;

  constructor(file: DeviceFile) {
    this.#file = file;
  }

  async exchange(command: Uint8Array, timeoutMilliseconds: number): Promise<Uint8Array> {
    if (this.#isClosed) throw tpmError("NAT_TPM_CLOSED", "the device");
    try {
      return await withDeadline(this.#exchange(command), timeoutMilliseconds);
    } catch (cause) {
      await this.close();
      if (cause instanceof Error && "errno" in cause) throw tpmError("NAT_TPM_UNREACHABLE", cause.message, cause);
      throw cause;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // A read that never ends would hold the close back with it.
    this.#file.close().catch(() => undefined);
  }

  async #exchange(command: Uint8Array): Promise<Uint8Array> {
    const { bytesWritten } = await this.#file.write(command, 0, command.length, null);
    if (bytesWritten !== command.length) throw tpmError("NAT_TPM_RESPONSE", `took ${bytesWritten} octets`);
    const response = new Uint8Array(longestResponse);
    const { bytesRead } = await this.#file.read(response, 0, response.length, null);
    return response.subarray(0, bytesRead);
  }
}

function openStream(
  place: { readonly host: string; readonly port: number } | { readonly socket: string },
  timeoutMilliseconds: number,
): Promise<TpmTransport> {
  const stream = "socket" in place ? connect({ path: place.socket }) : connect({ host: place.host, port: place.port });
  stream.setNoDelay(true);
  const opened = new Promise<TpmTransport>((resolve, reject) => {
    stream.once("connect", () => resolve(new StreamTransport(stream)));
    stream.once("error", (cause) => reject(tpmError("NAT_TPM_UNREACHABLE", cause.message, cause)));
  });
  return withDeadline(opened, timeoutMilliseconds).catch((error: unknown) => {
    stream.destroy();
    throw error;
  });
}

class StreamTransport implements TpmTransport {
  readonly #stream: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve(response: Uint8Array): void; reject(error: Error): void } | undefined;
  #end: Error | undefined;

  constructor(stream: Socket) {
    this.#stream = stream;
    stream.on("data", (part: Buffer) => this.#take(part));
    stream.on("error", (cause) => this.#fail(tpmError("NAT_TPM_UNREACHABLE", cause.message, cause)));
    stream.on("close", () => this.#fail(tpmError("NAT_TPM_UNREACHABLE", "the connection ended")));
  }

  async exchange(command: Uint8Array, timeoutMilliseconds: number): Promise<Uint8Array> {
    if (this.#end !== undefined) throw this.#end;
    const response = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#stream.write(command);
    });
    try {
      return await withDeadline(response, timeoutMilliseconds);
    } catch (error) {
      this.#fail(error as Error);
      this.#stream.destroy();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#end = tpmError("NAT_TPM_CLOSED", "the connection");
    if (this.#stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.once("close", () => resolve());
      this.#stream.destroy();
    });
  }

  #take(part: Buffer): void {
    this.#received = Buffer.concat([this.#received, part]);
    const fault = this.#fault();
    if (fault !== undefined) this.#fail(tpmError("NAT_TPM_RESPONSE", fault));
    else if (this.#received.length >= headerOctets && this.#received.length === this.#announced()) this.#answer();
  }

  /** What cannot be the beginning of an answer. */
  #fault(): string | undefined {
    const { length } = this.#received;
    if (this.#waiting === undefined) return "octets that nobody asked for";
    if (length < headerOctets) return undefined;
    const size = this.#announced();
    const isPossible = size >= headerOctets && size <= longestResponse && length <= size;
    return isPossible ? undefined : `${size} octets announced, ${length} there`;
  }

  #announced(): number {
    return this.#received.readUInt32BE(sizeAt);
  }

  #answer(): void {
    const response = Uint8Array.from(this.#received);
    this.#received = Buffer.alloc(0);
    this.#waiting?.resolve(response);
    this.#waiting = undefined;
  }

  #fail(error: Error): void {
    this.#end ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#stream.destroy();
  }
}

async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tpmError("NAT_TPM_DEADLINE", `${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
