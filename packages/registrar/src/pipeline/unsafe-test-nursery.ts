// SPDX-License-Identifier: Apache-2.0
// For tests only: an authority whose keys are forgotten when the process ends, the equipment of a nursery under it, and
// births to ask of it.

import { generateKey, nodeAuthenticator, nodeEntropy, nodeHash, shareAuthenticator, shareKey } from "@natalis/node";
import type { Principal } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, parseCertificate } from "natalis/formats";
import {
  newSerial,
  openAuthority,
  parseProfile,
  prepareIssuingCertificate,
  prepareRootCertificate,
  signPrepared,
} from "natalis/issue";
import type { Signer } from "natalis/kernel";
import type { NurseryEquipment, RequestTask } from "./nursery.ts";

export const testStart = new Date("2026-03-01T12:00:00.500Z");
export const testStation: Principal = { id: "station-1", name: "line 1", role: "station", products: ["sensor"] };
export const testArc = "1.3.6.1.4.1.32473";
export const testProfile = parseProfile({
  product: "sensor",
  version: 1,
  maker: "Example Makers",
  productNumber: 1,
  algorithms: ["ES256"],
  notAfter: "none",
  minimumCustody: 0,
  admission: { kind: "open" },
});
/** Makes the unit tags of these tests. */
export const testUnitTag = nodeAuthenticator(new Uint8Array(32));

const baseUrl = "http://pki.example";

export async function makeTestAuthorities() {
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

export type TestAuthorities = Awaited<ReturnType<typeof makeTestAuthorities>>;

export function testEquipment({ issuing, issuingKey }: TestAuthorities): NurseryEquipment {
  return {
    authority: { certificate: issuing.certificate.der, baseUrl, arc: testArc },
    profiles: new Map([[testProfile.product, testProfile]]),
    issuing: shareKey(issuingKey),
    tags: shareAuthenticator(testUnitTag),
  };
}

/** A birth that the profile takes, of a key of its own unless one is given. */
export async function testTask(serial: string, signer = generateKey(algorithms.ES256).signer): Promise<RequestTask> {
  const certificationRequest = await buildCertificationRequest({ serial, signer });
  const request = { certificationRequest, model: "S1", serial, facility: "plant 1" };
  return { principal: testStation, product: testProfile.product, request };
}

async function authorityOf(prepared: Parameters<typeof signPrepared>[0], signer: Signer) {
  const certificate = parseCertificate(await signPrepared(prepared, signer));
  return openAuthority({ certificate, baseUrl, arc: testArc, hash: nodeHash });
}
