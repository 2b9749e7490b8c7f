// SPDX-License-Identifier: Apache-2.0
// The peer of `births`, where it is installed (Debian's golang-cfssl): `cfssl serve` over TLS, a request in, a
// certificate out, by one kept-alive connection each. It asks for no token, keeps nothing, and enters nothing in a log.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { encodePem } from "natalis/formats";
import { fromBase64 } from "natalis/kernel";
import { freePort } from "./natalis-process.ts";
import { birthLine } from "./birth-line.ts";
import { connectTls } from "./connection.ts";
import { nodeInstruments } from "./instruments.ts";
import type { Lane } from "./lane.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";

const host = "127.0.0.1";
const startMilliseconds = 10_000;
const pollMilliseconds = 20;
/** More than any machine here has answered, so that a turn does not run out of requests. */
const mostPerMillisecond = 16;

export async function openCfsslLane(connections: number): Promise<Lane> {
  const folder = mkdtempSync(join(tmpdir(), "natalis-bench-cfssl-"));
  const authority = certify(folder, "authority", ["-initca"]);
  const issued = certify(folder, "server", authority.words);
  const port = await freePort();
  const tls = ["-tls-cert", issued.file, "-tls-key", issued.keyFile];
  const words = ["serve", ...authority.words, ...tls, "-address", host, "-port", String(port), "-loglevel", "5"];
  const child = spawn("cfssl", words, { stdio: "ignore" });
  await listens(child, port).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  return loadLane({
    contenders: [signing()],
    connections,
    instruments: nodeInstruments(),
    connect: () => connectTls({ host, port, ca: [authority.certificate] }),
    async close() {
      const ended = once(child, "close");
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** A P-256 key and its certificate, made by cfssl itself; `words` name them to its commands as an authority's. */
function certify(folder: string, name: string, how: readonly string[]) {
  const [wish, file, keyFile] = [
    join(folder, `${name}.json`),
    join(folder, `${name}.pem`),
    join(folder, `${name}-key.pem`),
  ];
  writeFileSync(wish, JSON.stringify({ CN: `Bench ${name}`, hosts: [host], key: { algo: "ecdsa", size: 256 } }));
  const made = execFileSync("cfssl", ["gencert", "-loglevel", "5", ...how, wish], { encoding: "utf8" });
  const { cert, key } = JSON.parse(made) as { cert: string; key: string };
  writeFileSync(file, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { certificate: cert, file, keyFile, words: ["-ca", file, "-ca-key", keyFile] };
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  for (let waited = 0; waited < startMilliseconds && child.exitCode === null; waited += pollMilliseconds) {
    const socket = connect(port, host);
    const answers = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return;
    await wait(pollMilliseconds);
  }
  throw new Error("cfssl does not start");
}

function signing(): LoadContender {
  const ready: Buffer[] = [];
  let made = 0;
  return {
    name: "cfssl",
    role: "peer",
    prepare(milliseconds) {
      const wanted = Math.ceil(milliseconds * mostPerMillisecond);
      while (ready.length < wanted) ready.push(signRequest(made++));
    },
    request() {
      const request = ready.pop();
      if (request === undefined) throw new Error("the server is faster than requests were made for it");
      return request;
    },
    check({ status, body }) {
      if (status !== 200 || !body.includes("BEGIN CERTIFICATE"))
        throw new Error(`status ${status}: ${body.toString().slice(0, 500)}`);
    },
  };
}

function signRequest(number: number): Buffer {
  const request = encodePem("CERTIFICATE REQUEST", fromBase64(birthLine(number).request));
  const body = JSON.stringify({ certificate_request: request, hostname: "" });
  const head = [
    "POST /api/v1/cfssl/sign HTTP/1.1",
    `host: ${host}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
}
