// SPDX-License-Identifier: Apache-2.0
// An authority as `natalis` sets one up, a root and an issuing CA with P-256 keys, and a product line of it. Made anew
// for each run; nothing of it is kept.

import { generateKey, nodeEntropy, nodeHash, type NodeSigner } from "@natalis/node";
import { algorithms, type Certificate, parseCertificate } from "natalis/formats";
import {
  type Authority,
  newSerial,
  openAuthority,
  parseProfile,
  prepareIssuingCertificate,
  prepareRootCertificate,
  type Profile,
  signPrepared,
} from "natalis/issue";

export interface BenchAuthority {
  readonly authority: Authority;
  readonly signer: NodeSigner;
  readonly profile: Profile;
}

/** The documentation arc (RFC 5612). */
export const arc = "1.3.6.1.4.1.32473";
export const model = "BM-1";
export const bornAt = new Date("2026-03-01T12:00:00Z");

const baseUrl = "http://registry.example";
const notBefore = new Date("2026-01-01T00:00:00Z");

/** The issuing key is the given one, or made. */
export async function openBenchAuthority(signer = generateKey(algorithms.ES256).signer): Promise<BenchAuthority> {
  const root = await openRoot();
  const prepared = prepareIssuingCertificate({
    authority: root.authority,
    name: { organization: "Bench Makers", commonName: "Bench Issuing CA" },
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    notBefore,
  });
  const certificate = parseCertificate(await signPrepared(prepared, root.signer));
  return { authority: authorityOf(certificate), signer, profile: benchProfile() };
}

async function openRoot(): Promise<Pick<BenchAuthority, "authority" | "signer">> {
  const { signer } = generateKey(algorithms.ES256);
  const prepared = prepareRootCertificate({
    name: { organization: "Bench Makers", commonName: "Bench Root CA" },
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    notBefore,
    hash: nodeHash,
  });
  return { authority: authorityOf(parseCertificate(await signPrepared(prepared, signer))), signer };
}

function authorityOf(certificate: Certificate): Authority {
  return openAuthority({ certificate, baseUrl, arc, hash: nodeHash });
}

function benchProfile(): Profile {
  return parseProfile({
    product: "bench-sensor",
    version: 1,
    maker: "Bench Makers",
    models: [model],
    productNumber: 1,
    algorithms: ["ES256"],
    notAfter: "none",
    minimumCustody: 0,
    mudUrl: "https://makers.example/bench-sensor.json",
    admission: { kind: "open" },
  });
}
