// SPDX-License-Identifier: Apache-2.0
// `bench -- path`: certification paths of three certificates a second. What a peer sends, its certificate and that of
// its authority, is parsed anew each time; the root is at hand, as at a verifier at work. The limit is the two signature
// checks alone, keys imported beforehand. Peers get the same bytes: pkijs's engine, and one process of `openssl verify`
// for many certificates, so that its start counts for little.

import { execFile } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, type Certificate, encodePem, parseCertificate } from "natalis/formats";
import { validatePath } from "natalis/path";
import { TestAuthority } from "natalis/testing";
import type { Bench, Operation } from "./bench.ts";
import { inTurn } from "./in-turn.ts";
import { pkijsEngine } from "./peers/pkijs.ts";

interface Papers {
  readonly leaves: readonly Uint8Array[];
  readonly issuing: Certificate;
  readonly root: Certificate;
}

const leafCount = 256;

export const pathBench: Bench = {
  name: "path",
  unit: "paths",
  unitsPerOperation: 1,
  budget: 0.8,
  peersAlways: true,
  contenders: [
    { name: "path", role: "work", prepare: prepareValidating },
    { name: "limit", role: "limit", prepare: prepareSignatureChecks },
    { name: "pkijs", role: "peer", prepare: preparePkijs },
    { name: "openssl verify", role: "peer", clock: "wall", unitsPerOperation: leafCount, prepare: prepareOpenssl },
  ],
};

async function openPapers(): Promise<Papers> {
  const newKey = () => generateKey(algorithms.ES256).signer;
  const signers = { rootSigner: newKey(), issuingSigner: newKey() };
  const authority = await TestAuthority.open({ ...signers, verifier: nodeSignatureVerifier });
  const leaves: Uint8Array[] = [];
  for (let i = 0; i < leafCount; i++) leaves.push((await authority.birth(newKey())).event.certificate);
  return { leaves, issuing: authority.issuing.certificate, root: authority.root.certificate };
}

async function prepareValidating(): Promise<Operation> {
  const { leaves, issuing, root } = await openPapers();
  const next = inTurn(leaves);
  const at = new Date(parseCertificate(leaves[0] as Uint8Array).notBefore.getTime() + 1000);
  return () =>
    validatePath({
      certificate: parseCertificate(next()),
      intermediates: [parseCertificate(issuing.der)],
      anchors: [root],
      at,
      verifier: nodeSignatureVerifier,
    });
}

async function prepareSignatureChecks(): Promise<Operation> {
  const { leaves, issuing, root } = await openPapers();
  const next = inTurn(leaves.map((der) => parseCertificate(der)));
  const [issuingKey, rootKey] = [issuing, root].map(({ publicKey }) =>
    createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }),
  );
  if (issuingKey === undefined || rootKey === undefined) throw new Error("no keys");
  return () => {
    const leaf = next();
    if (!verify("sha256", leaf.tbs, issuingKey, leaf.signature)) throw new Error("a certificate fails");
    if (!verify("sha256", issuing.tbs, rootKey, issuing.signature))
      throw new Error("the authority's certificate fails");
  };
}

async function preparePkijs(): Promise<Operation> {
  const { leaves, issuing, root } = await openPapers();
  const next = inTurn(leaves);
  const holds = await pkijsEngine(root.der);
  return async () => {
    if (!(await holds(next(), issuing.der))) throw new Error("pkijs refuses a path");
  };
}

/** The files stay until the process ends: a bench may stop at any instant. */
async function prepareOpenssl(): Promise<Operation> {
  const { leaves, issuing, root } = await openPapers();
  const folder = await mkdtemp(join(tmpdir(), "natalis-bench-"));
  process.once("exit", () => void rm(folder, { recursive: true, force: true }));
  const write = async (name: string, der: Uint8Array) => {
    await writeFile(join(folder, name), encodePem("CERTIFICATE", der));
    return join(folder, name);
  };
  const [rootFile, issuingFile] = [await write("root.pem", root.der), await write("issuing.pem", issuing.der)];
  const files = await Promise.all(leaves.map((der, i) => write(`${i}.pem`, der)));
  const words = ["verify", "-attime", "2000000000", "-CAfile", rootFile, "-untrusted", issuingFile, ...files];
  const run = promisify(execFile);
  return () => run("openssl", words);
}
