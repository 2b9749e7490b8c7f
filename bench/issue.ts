// SPDX-License-Identifier: Apache-2.0
// `bench -- issue`: births a second in the library, from a certification request to a signed certificate with the
// record it commits to: admission, strict parsing, proof of possession, facts, lint. What a registry knows of key and
// unit comes in as data; nothing is stored. One operation is sixteen births, as a worker of a busy registrar finds them
// waiting. The limit of a birth is one P-256 verification and one signature by node:crypto, over the same bytes, with
// keys that are imported already.

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier, type NodeSigner } from "@natalis/node";
import { type BirthContext, type BirthRequest, type KnownFacts, prepareBirth, signBirth } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, parseCertificate, parseCertificationRequest } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import type { BornEvent } from "natalis/registry";
import type { Bench, Operation } from "./bench.ts";
import { bornAt, model, openBenchAuthority } from "./bench-authority.ts";
import { inTurn } from "./in-turn.ts";
import { peculiarX509 } from "./peers/peculiar-x509.ts";

/** Far more than a verifier keeps imported: as in life, each device's key is seen for the first time. */
const requestCount = 4096;
export const birthsAtOnce = 16;

export const issueBench: Bench = {
  name: "issue",
  unit: "births",
  unitsPerOperation: birthsAtOnce,
  budget: 0.75,
  contenders: [
    { name: "issue", role: "work", prepare: () => prepareBirths() },
    { name: "limit", role: "limit", prepare: prepareRawOperations },
    { name: "@peculiar/x509", role: "peer", prepare: prepareForeignIssuing },
  ],
};

/** With an authority whose key this signer has; absent: a software key. */
export async function prepareBirths(signer?: NodeSigner): Promise<Operation> {
  const nursery = await openNursery(signer);
  const next = inTurn(await newRequests());
  return () => Promise.all(Array.from({ length: birthsAtOnce }, () => giveBirth(next(), nursery)));
}

async function prepareForeignIssuing(): Promise<Operation> {
  const issue = await peculiarX509();
  const next = inTurn(await newRequests());
  return () => Promise.all(Array.from({ length: birthsAtOnce }, () => issue(next().certificationRequest)));
}

interface Nursery {
  readonly context: BirthContext;
  readonly issuer: Signer;
}

async function openNursery(issuing?: NodeSigner): Promise<Nursery> {
  const { authority, profile, signer } = await openBenchAuthority(issuing);
  return { context: { ...stationContext, profile, authority }, issuer: signer };
}

async function giveBirth(request: BirthRequest, { context, issuer }: Nursery): Promise<BornEvent> {
  const prepared = await prepareBirth(request, nothingKnown, context);
  if (prepared.kind !== "new") throw new Error("a birth that should be new is not");
  return await signBirth(prepared, issuer, nodeHash);
}

const nothingKnown: KnownFacts = { unitTag: new Uint8Array(32) };

const stationContext: Omit<BirthContext, "profile" | "authority"> = {
  principal: { id: "station-1", name: "Bench station", role: "station", products: ["bench-sensor"] },
  at: bornAt,
  entropy: nodeEntropy,
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
};

async function newRequests(): Promise<BirthRequest[]> {
  const requests: BirthRequest[] = [];
  for (let number = 0; number < requestCount; number++) requests.push(await newRequest(number));
  return requests;
}

async function newRequest(number: number): Promise<BirthRequest> {
  const serial = `BM-${String(number).padStart(6, "0")}`;
  const { signer } = generateKey(algorithms.ES256);
  const certificationRequest = await buildCertificationRequest({ serial, signer });
  return { certificationRequest, model, serial, facility: "Bench Hall 1" };
}

async function prepareRawOperations(): Promise<Operation> {
  const { pkcs8 } = generateKey(algorithms.ES256);
  const issuer = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  return prepareVerifications((tbs) => sign("sha256", tbs, issuer));
}

/** The least of as many births: a verification, and a signature as `signOnly` makes it. */
export async function prepareVerifications(signOnly: (tbs: Uint8Array) => Uint8Array): Promise<Operation> {
  const requests = await newRequests();
  const { certificate } = await giveBirth(requests[0] as BirthRequest, await openNursery());
  const { tbs } = parseCertificate(certificate);
  const next = inTurn(requests.map(signedRequestOf));
  return () => {
    for (let i = 0; i < birthsAtOnce; i++) {
      requireVerified(next());
      signOnly(tbs);
    }
  };
}

function requireVerified({ info, signature, key }: SignedRequest): void {
  if (!verify("sha256", info, key, signature)) throw new Error("a request that should verify does not");
}

interface SignedRequest {
  readonly info: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: KeyObject;
}

function signedRequestOf({ certificationRequest }: BirthRequest): SignedRequest {
  const { info, signature, publicKey } = parseCertificationRequest(certificationRequest);
  return { info, signature, key: createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }) };
}
