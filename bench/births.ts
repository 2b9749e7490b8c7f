// SPDX-License-Identifier: Apache-2.0
// `bench -- births`: births a second over HTTPS, one a request over kept-alive connections, each a key and a unit of its
// own, answered with certificate and receipt once it is durable and in the log. The limit is the empty request of the
// same server over the same connections: what TLS, HTTP and the two processes cost by themselves.

import { generateKey } from "@natalis/node";
import { algorithms, assembleSigned, encodeCertificationRequestInfo, encodeName, oids } from "natalis/formats";
import { toBase64 } from "natalis/kernel";
import type { LoadBench } from "./bench.ts";
import { type BenchRegistrar, openBenchRegistrar, product } from "./bench-registrar.ts";
import { type Answer, connectTls } from "./connection.ts";
import { nodeInstruments } from "./instruments.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";

/** More than any machine here has answered, so that a turn does not run out of requests. */
const mostPerMillisecond = 16;

export const birthsBench: LoadBench = {
  name: "births",
  unit: "births",
  unitsPerOperation: 1,
  budget: 0.21,
  open: async ({ connections }) => {
    const registrar = await openBenchRegistrar();
    const { host, port, roots } = registrar;
    let connected = 0;
    try {
      return loadLane({
        contenders: [bearing(registrar), asking(host)],
        connections,
        instruments: nodeInstruments(),
        connect: () => connectTls({ host, port, ca: [...roots], localAddress: loopbackAddress(connected++) }),
        close: () => registrar.close(),
      });
    } catch (error) {
      await registrar.close();
      throw error;
    }
  },
};

/** The empty request is limited for each address, so every connection comes from another. */
function loopbackAddress(number: number): string {
  return `127.${1 + ((number >> 16) & 0x7f)}.${(number >> 8) & 0xff}.${number & 0xff}`;
}

function bearing(registrar: BenchRegistrar): LoadContender {
  const token = registrar.command("operator", "add", "bench line", "--role", "station", "--product", product).trim();
  const ready: Buffer[] = [];
  let made = 0;
  return {
    name: "births",
    role: "work",
    prepare(milliseconds) {
      const wanted = Math.ceil(milliseconds * mostPerMillisecond);
      while (ready.length < wanted) ready.push(birthRequest(`BM-${made++}`, token, registrar.host));
    },
    request() {
      const request = ready.pop();
      if (request === undefined) throw new Error("the server is faster than requests were made for it");
      return request;
    },
    check({ status, body }) {
      if (status !== 201) throw new Error(`status ${status}: ${body.toString()}`);
    },
  };
}

function birthRequest(serial: string, token: string, host: string): Buffer {
  const { signer } = generateKey(algorithms.ES256);
  const subject = encodeName([{ oid: oids.serialNumber, value: serial }]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey });
  const request = toBase64(assembleSigned(info, signer.algorithm.signatureIdentifier, signer.sign(info)));
  const body = JSON.stringify({ request, product, model: "BM-1", serial, facility: "bench hall 1" });
  const head = [
    "POST /births HTTP/1.1",
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

function asking(host: string): LoadContender {
  const request = Buffer.from(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\n\r\n`, "latin1");
  return {
    name: "limit",
    role: "limit",
    // Below what a minute allows to one address.
    mostPerConnection: 5_000,
    prepare: () => undefined,
    request: () => request,
    check({ status }: Answer) {
      if (status !== 200) throw new Error(`status ${status}`);
    },
  };
}
