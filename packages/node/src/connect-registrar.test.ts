// SPDX-License-Identifier: Apache-2.0
// The connection against servers that are not what they should be: whom it asks, whom it tells its token, and how much
// it listens to.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createPlainServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { algorithms, encodePem } from "natalis/formats";
import { newSerial, prepareServerCertificate, signPrepared } from "natalis/issue";
import { decodeUtf8 } from "natalis/kernel";
import { TestAuthority } from "natalis/testing";
import { connectRegistrar, generateKey, nodeEntropy } from "./index.ts";

const host = "127.0.0.1";
const mebibyte = new Uint8Array(1 << 20);
const closings: (() => unknown)[] = [];
let authority: TestAuthority;
let asked: { readonly method?: string | undefined; readonly url?: string | undefined; readonly headers: object }[];
let url: string;

before(async () => {
  authority = await TestAuthority.open();
  asked = [];
  url = await serve((request, response) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers });
    if (request.url === "/endless") return sendEndlessly(response);
    if (request.url === "/broken") return void response.writeHead(200, { "content-length": 10 }).end("half");
    void echo(request).then((body) => response.writeHead(201).end(body));
  });
});

after(() => {
  for (const close of closings.toReversed()) close();
});

const trust = () => ({ roots: [authority.root.certificate] });

test("it asks with its token, and answers with status and body as they come", async () => {
  const { status, body } = await connectRegistrar({ url, trust: trust(), token: "nat_x" }).send("POST", "/a?b", "{}");
  assert.deepEqual([status, decodeUtf8(body)], [201, "{}"]);
  const { method, url: path, headers } = asked.at(-1) ?? assert.fail();
  assert.deepEqual([method, path], ["POST", "/a?b"]);
  assert.partialDeepStrictEqual(headers, { authorization: "Bearer nat_x", "content-type": "application/json" });
  await connectRegistrar({ url, trust: trust() }).send("GET", "/");
  assert.ok(!("authorization" in (asked.at(-1)?.headers ?? {})));
});

test("refused: an address that is not https and a host alone", () => {
  const addresses = ["http://127.0.0.1", "127.0.0.1:8443", "", "ftp://h", "//h", "https://", "https://u:p@h"];
  for (const address of [...addresses, "https://h/path", "https://h?q", "https://h#f"])
    assert.throws(() => connectRegistrar({ url: address, trust: trust() }), { code: "NAT_REGISTRAR_ADDRESS" }, address);
});

test("a station on this machine is asked without TLS where that is said, by its number and with nothing behind it", async () => {
  const server = createPlainServer((request, response) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers });
    response.end("plain");
  });
  await once(server.listen(0, host), "listening");
  closings.push(() => server.close());
  const plain = `http://${host}:${(server.address() as AddressInfo).port}`;
  const options = { trust: trust(), token: "nat_x", plainLoopback: true };
  const { status, body } = await connectRegistrar({ url: plain, ...options }).send("GET", "/healthz");
  assert.deepEqual([status, decodeUtf8(body)], [200, "plain"]);
  assert.partialDeepStrictEqual(asked.at(-1)?.headers, { authorization: "Bearer nat_x" });
  connectRegistrar({ url: "http://[::1]:8480", ...options });
  for (const address of [
    "http://localhost:8480",
    "http://192.0.2.1:8480",
    "http://127.0.0.1.example",
    "http://u:p@127.0.0.1",
    "http://127.0.0.1/births",
    "ftp://127.0.0.1",
  ])
    assert.throws(() => connectRegistrar({ url: address, ...options }), { code: "NAT_REGISTRAR_ADDRESS" }, address);
  await assert.rejects(connectRegistrar({ url: plain, ...options }).send("GET", "//other.example/"), {
    code: "NAT_REGISTRAR_ADDRESS",
  });
});

test("with roots of its own for TLS, a server is held against those and not the trust file's", async () => {
  const other = await TestAuthority.open();
  const [own, foreign] = [authority, other].map(({ root }) => encodePem("CERTIFICATE", root.certificate.der));
  const { status } = await connectRegistrar({
    url,
    trust: { roots: [other.root.certificate] },
    tlsRoots: [own as string],
  }).send("GET", "/");
  assert.equal(status, 201);
  for (const tlsRoots of [[foreign as string], []])
    await assert.rejects(connectRegistrar({ url, trust: trust(), tlsRoots }).send("GET", "/"), {
      code: "NAT_REGISTRAR_UNREACHABLE",
    });
});

test("refused: a path that leads to another host", async () => {
  const connection = connectRegistrar({ url, trust: trust(), token: "nat_x" });
  const before = asked.length;
  for (const path of [
    "//other.example/",
    "https://other.example/",
    "http://127.0.0.1/",
    "https://",
    "\\\\other.example",
  ])
    await assert.rejects(connection.send("GET", path), { code: "NAT_REGISTRAR_ADDRESS" }, path);
  assert.equal(asked.length, before);
});

test("refused: a server whose certificate leads to no trusted root, whatever the environment says", async () => {
  const other = await TestAuthority.open();
  const before = asked.length;
  const { NODE_TLS_REJECT_UNAUTHORIZED: usual } = process.env;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  try {
    for (const roots of [[other.root.certificate], []])
      await assert.rejects(connectRegistrar({ url, trust: { roots }, token: "nat_x" }).send("GET", "/"), {
        code: "NAT_REGISTRAR_UNREACHABLE",
      });
  } finally {
    if (usual === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = usual;
  }
  assert.equal(asked.length, before);
});

test("refused: a certificate for another host", async () => {
  const elsewhere = await serve((_, response) => response.end(), "other.example");
  await assert.rejects(connectRegistrar({ url: elsewhere, trust: trust() }).send("GET", "/"), {
    code: "NAT_REGISTRAR_UNREACHABLE",
  });
});

test("refused: an answer without end, and one that ends too early", async () => {
  for (const path of ["/endless", "/broken"])
    await assert.rejects(connectRegistrar({ url, trust: trust() }).send("GET", path), {
      code: "NAT_REGISTRAR_UNREACHABLE",
    });
});

test("refused: where nobody listens", async () => {
  const gone = await serve(() => undefined);
  await closings.pop()?.();
  await assert.rejects(connectRegistrar({ url: gone, trust: trust() }).send("GET", "/"), {
    code: "NAT_REGISTRAR_UNREACHABLE",
    detail: gone,
  });
});

async function serve(listener: RequestListener, name = host): Promise<string> {
  const { signer, pkcs8 } = generateKey(algorithms.ES256);
  const prepared = prepareServerCertificate({
    authority: authority.issuing,
    hosts: [name],
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    notBefore: authority.at,
    lifetimeDays: 365,
  });
  const chain = [await signPrepared(prepared, authority.issuingSigner), authority.issuing.certificate.der];
  const cert = chain.map((der) => encodePem("CERTIFICATE", der)).join("");
  const server = createServer({ cert, key: encodePem("PRIVATE KEY", pkcs8) }, listener);
  server.listen(0, host);
  await once(server, "listening");
  closings.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `https://${host}:${(server.address() as AddressInfo).port}`;
}

async function echo(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Until the other side has had enough. */
function sendEndlessly(response: Parameters<RequestListener>[1]): void {
  const more = (): void => {
    while (response.write(mebibyte));
    response.once("drain", more);
  };
  response.on("error", () => undefined);
  more();
}
