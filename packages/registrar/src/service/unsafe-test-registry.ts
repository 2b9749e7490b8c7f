// SPDX-License-Identifier: Apache-2.0
// For tests only: an authority and a log whose keys are forgotten when the process ends, over the stores that a test
// brings, with real certificates, entries and proofs, for the use cases of this folder.

import { generateKey, nodeAuthenticator, nodeEntropy, nodeHash } from "@natalis/node";
import type { Principal } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, noteSigner, parseCertificate, parseLogPolicy, verifierKey } from "natalis/formats";
import {
  newSerial,
  openAuthority,
  prepareIssuingCertificate,
  prepareRootCertificate,
  parseProfile,
  signPrepared,
} from "natalis/issue";
import type { Clock, Signer } from "natalis/kernel";
import { type NewOperator, type RegistryStores, Sequencer } from "natalis/registry";
import { EventQueue } from "../pipeline/event-queue.ts";
import { type BirthInput, Births } from "./births.ts";
import { Proofs } from "./proofs.ts";

export const testStart = new Date("2026-03-01T12:00:00.500Z");
export const testStation: Principal = { id: "station-1", name: "line 1", role: "station", products: ["sensor"] };

const origin = "test.example/births";
const arc = "1.3.6.1.4.1.32473";
const ports = { entropy: nodeEntropy, hash: nodeHash };
const profile = parseProfile({
  product: "sensor",
  version: 1,
  maker: "Example Makers",
  productNumber: 1,
  algorithms: ["ES256"],
  notAfter: "none",
  minimumCustody: 0,
  admission: { kind: "open" },
});

/** A clock that stands still until a test sets it. */
class SettableClock implements Clock {
  at = testStart.getTime();

  now(): Date {
    return new Date(this.at);
  }
}

/** The station may ask for `quota` births. */
export async function openUnsafeTestRegistry(stores: RegistryStores, quota = 100) {
  const clock = new SettableClock();
  const authorities = await makeAuthorities();
  const log = generateKey(algorithms.EdDSA).signer;
  const signers = [noteSigner(origin, log, nodeHash)];
  const mirror = { read: () => undefined, write: () => undefined };
  const queue = new EventQueue(new Sequencer({ stores, mirror, origin, signers, ...ports }), clock);
  await queue.submit({ type: "operator-enrolled", operator: operatorOf(quota), actor: "init" });
  const policy = parseLogPolicy(`log ${verifierKey(origin, log.publicKey, nodeHash)}\nquorum none\n`);
  const trust = { arc, roots: [authorities.root.certificate], log: policy };
  return { clock, stores, queue, proofs: new Proofs(stores, nodeHash), trust, ...authorities };
}

export type UnsafeTestRegistry = Awaited<ReturnType<typeof openUnsafeTestRegistry>>;

export function birthsOf({ stores, queue, proofs, root, issuing, issuingKey }: UnsafeTestRegistry): Births {
  const keys = { issuing: issuingKey, unitTag: nodeAuthenticator(new Uint8Array(32)) };
  const profiles = new Map([[profile.product, profile]]);
  return new Births({ stores, queue, proofs, profiles, keys, authority: issuing, root: root.certificate.der });
}

/** What a station asks for a unit whose key is `signer`. */
export async function birthInput(serial: string, signer = generateKey(algorithms.ES256).signer): Promise<BirthInput> {
  const certificationRequest = await buildCertificationRequest({ serial, signer });
  return { product: profile.product, model: "S1", serial, facility: "plant 1", certificationRequest };
}

async function makeAuthorities() {
  const [rootKey, issuingKey] = [generateKey(algorithms.ES256).signer, generateKey(algorithms.ES256).signer];
  const fields = () => ({ serialNumber: newSerial(nodeEntropy), notBefore: testStart });
  const name = (commonName: string) => ({ organization: "Example Makers", commonName });
  const { publicKey } = rootKey;
  const preparedRoot = prepareRootCertificate({ ...fields(), name: name("root"), publicKey, hash: nodeHash });
  const root = await authorityOf(preparedRoot, rootKey);
  const preparedIssuing = prepareIssuingCertificate({
    ...fields(),
    authority: root,
    name: name("births"),
    publicKey: issuingKey.publicKey,
  });
  return { rootKey, issuingKey, root, issuing: await authorityOf(preparedIssuing, rootKey) };
}

async function authorityOf(prepared: Parameters<typeof signPrepared>[0], signer: Signer) {
  const certificate = parseCertificate(await signPrepared(prepared, signer));
  return openAuthority({ certificate, baseUrl: "http://pki.example", arc, hash: nodeHash });
}

function operatorOf(quota: number): NewOperator {
  const { id, name, role, products } = testStation;
  return { id, name, role, products, quota, tokenHash: nodeHash.sha256(new Uint8Array(32)) };
}
