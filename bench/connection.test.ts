// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { PassThrough, Duplex } from "node:stream";
import test from "node:test";
import { Connection } from "./connection.ts";

/** A server at the other end of a stream: it answers each request with these parts, one after the other. */
function serving(...parts: readonly string[]): Connection {
  const answers = new PassThrough();
  const answer = async () => {
    for (const part of parts) {
      answers.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const asked = new PassThrough().on("data", () => void answer());
  return new Connection(Duplex.from({ readable: answers, writable: asked }));
}

const request = Buffer.from("GET / HTTP/1.1\r\n\r\n");
const head = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n";

test("an answer is heard whole, however it comes in parts", async () => {
  for (const parts of [[`${head}hello`], [head, "hello"], `${head}hello`.split(""), [`${head}he`, "llo"]]) {
    const connection = serving(...parts);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await connection.ask(request);
      assert.deepEqual([status, body.toString()], [201, "hello"]);
    }
    connection.close();
  }
});

test("an answer without a body is one", async () => {
  const { status, body } = await serving("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").ask(request);
  assert.deepEqual([status, body.length], [204, 0]);
});

test("an answer in chunks is heard whole, however it comes in parts", async () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const body = "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";
  for (const parts of [[chunked + body], [chunked, body], (chunked + body).split("")]) {
    const connection = serving(...parts);
    for (let i = 0; i < 2; i++) assert.equal((await connection.ask(request)).body.toString(), "hello0123456789abcdef");
    connection.close();
  }
});

test("an answer without a length, and a connection that ends, are failures", async () => {
  await assert.rejects(serving("HTTP/1.1 200 OK\r\n\r\n").ask(request), /without a length/);
  const connection = serving();
  const asked = connection.ask(request);
  connection.close();
  await assert.rejects(asked, /closed the connection|aborted/);
});
