// SPDX-License-Identifier: Apache-2.0
// A server that answers as no TPM does.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { isNatalisError } from "natalis/kernel";
import { type DeviceFile, DeviceTransport, openTransport, type TpmPlace } from "./transport.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-tpm-"));
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const command = Uint8Array.of(0x80, 1, 0, 0, 0, 10, 0, 0, 1, 0x7b);
const response = Uint8Array.of(0x80, 1, 0, 0, 0, 12, 0, 0, 0, 0, 7, 8);
const long = 20_000;

/** Answers a command by what `act` does with the connection. */
function serve(act: (connection: Socket) => unknown, path?: string): Promise<TpmPlace> {
  const server = createServer((connection) => {
    connection.on("error", () => undefined);
    connection.on("data", () => act(connection));
  });
  servers.push(server);
  return new Promise((resolve) => {
    const ready = () => {
      const address = server.address();
      resolve(
        typeof address === "object" && address !== null
          ? { host: "127.0.0.1", port: address.port }
          : { socket: path ?? "" },
      );
    };
    if (path === undefined) server.listen(0, "127.0.0.1", ready);
    else server.listen(path, ready);
  });
}

const isCode = (code: `NAT_${string}`) => (error: unknown) => isNatalisError(error, code);

suite("a stream", () => {
  test("over TCP and over a Unix socket, one exchange after another", async () => {
    for (const path of [undefined, join(folder, "socket")]) {
      const transport = await openTransport(await serve((connection) => connection.write(response), path), long);
      for (let round = 0; round < 3; round++) assert.deepEqual(await transport.exchange(command, long), response);
      await transport.close();
      await transport.close();
      await assert.rejects(transport.exchange(command, long), isCode("NAT_TPM_CLOSED"));
    }
  });

  test("an answer in pieces", async () => {
    const place = await serve(async (connection) => {
      for (const octet of response) {
        connection.write(Uint8Array.of(octet));
        await wait(1);
      }
    });
    const transport = await openTransport(place, long);
    assert.deepEqual(await transport.exchange(command, long), response);
    await transport.close();
  });

  test("a size that no response has, and octets behind the response", async () => {
    const wrong = [response.with(5, 9), response.with(3, 9), new Uint8Array([...response, 1])];
    for (const bytes of wrong) {
      const transport = await openTransport(await serve((connection) => connection.write(bytes)), long);
      await assert.rejects(transport.exchange(command, long), isCode("NAT_TPM_RESPONSE"));
      await assert.rejects(transport.exchange(command, long), isCode("NAT_TPM_RESPONSE"));
      await transport.close();
    }
  });

  test("octets that nobody asked for", async () => {
    const place = await serve((connection) => {
      connection.write(response);
      setTimeout(() => connection.write(response), 20);
    });
    const transport = await openTransport(place, long);
    await transport.exchange(command, long);
    await wait(100);
    await assert.rejects(transport.exchange(command, long), isCode("NAT_TPM_RESPONSE"));
    await transport.close();
  });

  test("a connection that ends, and one that never answers", async () => {
    const ending = await openTransport(await serve((connection) => connection.destroy()), long);
    await assert.rejects(ending.exchange(command, long), isCode("NAT_TPM_UNREACHABLE"));
    const silent = await openTransport(await serve(() => undefined), long);
    await assert.rejects(silent.exchange(command, 30), isCode("NAT_TPM_DEADLINE"));
    await assert.rejects(silent.exchange(command, long), isCode("NAT_TPM_DEADLINE"));
  });

  test("nobody there", async () => {
    await assert.rejects(openTransport({ socket: join(folder, "absent") }, long), isCode("NAT_TPM_UNREACHABLE"));
    await assert.rejects(openTransport({ device: join(folder, "absent") }, long), isCode("NAT_TPM_UNREACHABLE"));
  });
});

suite("a device", () => {
  const deviceOf = (more: Partial<DeviceFile> = {}): DeviceFile & { closed: number } => ({
    closed: 0,
    write: async (_bytes, _offset, length) => ({ bytesWritten: length }),
    async read(bytes) {
      bytes.set(response);
      return { bytesRead: response.length };
    },
    async close() {
      this.closed++;
    },
    ...more,
  });

  test("a command is one write, its response one read", async () => {
    const written: Uint8Array[] = [];
    const device = deviceOf({
      async write(bytes, offset, length) {
        written.push(bytes.slice(offset, offset + length));
        return { bytesWritten: length };
      },
    });
    const transport = new DeviceTransport(device);
    assert.deepEqual(await transport.exchange(command, long), response);
    assert.deepEqual(written, [command]);
    await transport.close();
    await transport.close();
    assert.equal(device.closed, 1);
    await assert.rejects(transport.exchange(command, long), isCode("NAT_TPM_CLOSED"));
  });

  test("that takes half, never answers or fails", async () => {
    const failing = Object.assign(new Error("EIO: i/o error"), { errno: -5 });
    const cases: readonly (readonly [Partial<DeviceFile>, `NAT_${string}`])[] = [
      [{ write: async () => ({ bytesWritten: 3 }) }, "NAT_TPM_RESPONSE"],
      [{ read: () => new Promise(() => undefined) }, "NAT_TPM_DEADLINE"],
      [{ write: () => Promise.reject(failing) }, "NAT_TPM_UNREACHABLE"],
    ];
    for (const [more, code] of cases) {
      const device = deviceOf(more);
      const transport = new DeviceTransport(device);
      await assert.rejects(transport.exchange(command, 30), isCode(code));
      assert.equal(device.closed, 1);
    }
  });

  test("is opened by its path", async () => {
    const path = join(folder, "device");
    writeFileSync(path, "");
    const transport = await openTransport({ device: path }, long);
    // A file gives back what stands in it, which here is nothing.
    assert.equal((await transport.exchange(command, long)).length, 0);
    await transport.close();
  });
});
