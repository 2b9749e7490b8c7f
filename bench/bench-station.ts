// SPDX-License-Identifier: Apache-2.0
// A station without a connection in a process of its own, enrolled at a bench's registrar and served over TLS, as its
// users do; its folder is the registrar's, and goes with it.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateKey, nodeEntropy, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { newSerial, prepareServerCertificate, signPrepared } from "natalis/issue";
import { TestAuthority } from "natalis/testing";
import { type BenchRegistrar, product } from "./bench-registrar.ts";
import {
  ended,
  freePort,
  host,
  natalis,
  processorMilliseconds,
  residentMiB,
  type Server,
  startNatalis,
} from "./natalis-process.ts";

export interface BenchStation {
  readonly id: string;
  readonly port: number;
  /** To which its TLS certificate leads, PEM. */
  readonly roots: readonly string[];
  /** With which the line's clients ask. */
  readonly lineToken: string;
  /** With which its births are brought in. */
  readonly token: string;
  readonly journal: string;
  peakMemoryMiB(): number;
  processorMilliseconds(): number;
  close(): Promise<void>;
}

const quota = 100_000_000;

export async function openBenchStation(registrar: BenchRegistrar): Promise<BenchStation> {
  const folder = join(dirname(registrar.folder), "station");
  const enrolment = join(dirname(registrar.folder), "enrolment.json");
  natalis("station", "init", "--station", folder);
  const window = ["--not-before", "2026-01-01T00:00:00Z", "--not-after", "2099-01-01T00:00:00Z"];
  const facts = ["--name", "bench line", "--product", product, "--quota", String(quota), ...window];
  const id = registrar.command("station", "enrol", join(folder, "request.pem"), ...facts, "--out", enrolment).trim();
  const trust = join(registrar.folder, "trust.json");
  natalis("station", "install", enrolment, "--station", folder, "--trust", trust);
  const roots = await makeTls(folder);
  const { child, port } = await serve(folder);
  return {
    id,
    port,
    roots,
    lineToken: readFileSync(join(folder, "line.token"), "utf8").trim(),
    token: (JSON.parse(readFileSync(enrolment, "utf8")) as { token: string }).token,
    journal: join(folder, "births.journal"),
    peakMemoryMiB: () => residentMiB(child, "VmHWM"),
    processorMilliseconds: () => processorMilliseconds(child),
    close: () => ended(child),
  };
}

async function serve(folder: string): Promise<Server> {
  const port = await freePort();
  const tls = ["--tls-key", join(folder, "tls.key"), "--tls-certificate", join(folder, "tls.pem")];
  return { child: await startNatalis("station", "serve", "--station", folder, "--port", String(port), ...tls), port };
}

/** A key and a certificate of an authority that is forgotten; answers what it leads to. */
async function makeTls(folder: string): Promise<string[]> {
  const authority = await TestAuthority.open({ at: new Date(), verifier: nodeSignatureVerifier });
  const { signer, pkcs8 } = generateKey(algorithms.ES256);
  const prepared = prepareServerCertificate({
    authority: authority.issuing,
    hosts: [host],
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    notBefore: authority.at,
    lifetimeDays: 30,
  });
  const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
  const chain = [await signPrepared(prepared, authority.issuingSigner), authority.issuing.certificate.der];
  writeFileSync(join(folder, "tls.key"), encodePem("PRIVATE KEY", pkcs8), { mode: 0o600 });
  writeFileSync(join(folder, "tls.pem"), chain.map(pem).join(""));
  return [pem(authority.root.certificate.der)];
}
