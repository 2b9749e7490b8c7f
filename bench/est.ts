// SPDX-License-Identifier: Apache-2.0
// `bench -- est`: births a second over EST (RFC 7030), as stations have them: one simpleenroll a request over kept-alive
// TLS connections, each a key and a unit of its own, answered once it is durable and in the log. The limit is the empty
// request of the same server over the same connections: what TLS, HTTP and the two processes cost by themselves.

import { generateKey } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  encodeCertificationRequestInfo,
  encodeName,
  oids,
  parseCertsOnly,
} from "natalis/formats";
import { fromBase64, toBase64 } from "natalis/kernel";
import type { LoadBench } from "./bench.ts";
import { type BenchRegistrar, openBenchRegistrar, product } from "./bench-registrar.ts";
import { nodeInstruments } from "./instruments.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";
import { type Answer, connectTls } from "./connection.ts";

/** More than any machine here has answered, so that a turn does not run out of requests. */
const mostPerMillisecond = 12;

export const estBench: LoadBench = {
  name: "est",
  unit: "births",
  unitsPerOperation: 1,
  budget: 0.1,
  connections: 64,
  open: async ({ connections }) => {
    const registrar = await openBenchRegistrar();
    const { host, ports, roots } = registrar;
    let connected = 0;
    try {
      return loadLane({
        contenders: [enrolling(registrar), asking(host)],
        connections,
        instruments: nodeInstruments(),
        connect: () => connectTls({ host, port: ports[0], ca: [...roots], localAddress: loopbackAddress(connected++) }),
        peakMemoryMiB: () => registrar.peakMemoryMiB(),
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

function enrolling(registrar: BenchRegistrar): LoadContender {
  const credentials = enrolStation(registrar);
  const ready: Buffer[] = [];
  let made = 0;
  return {
    name: "est",
    role: "work",
    prepare(milliseconds) {
      const wanted = Math.ceil(milliseconds * mostPerMillisecond);
      while (ready.length < wanted) ready.push(enrolment(`BM-${made++}`, credentials, registrar.host));
    },
    request() {
      const request = ready.pop();
      if (request === undefined) throw new Error("the server is faster than requests were made for it");
      return request;
    },
    check({ status, body }) {
      if (status !== 200) throw new Error(`status ${status}: ${body.toString()}`);
      // One in many is taken apart: the processor is shared with the server.
      if (made % 997 === 0) parseCertsOnly(fromBase64(body.toString()));
    },
  };
}

/** What HTTP Basic sends: id and token. */
function enrolStation(registrar: BenchRegistrar): string {
  const name = "bench line";
  const token = registrar.command("operator", "add", name, "--role", "station", "--product", product).trim();
  const row = registrar
    .command("operator", "list")
    .split("\n")
    .find((line) => line.split("\t").includes(name));
  return btoa(`${row?.split("\t", 1)[0]}:${token}`);
}

function enrolment(serial: string, credentials: string, host: string): Buffer {
  const { signer } = generateKey(algorithms.ES256);
  const subject = encodeName([
    { oid: oids.organizationalUnitName, value: "BM-1" },
    { oid: oids.serialNumber, value: serial },
  ]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey });
  const body = toBase64(assembleSigned(info, signer.algorithm.signatureIdentifier, signer.sign(info)));
  const head = [
    `POST /.well-known/est/${product}/simpleenroll HTTP/1.1`,
    `host: ${host}`,
    `authorization: Basic ${credentials}`,
    "content-type: application/pkcs10",
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
