// SPDX-License-Identifier: Apache-2.0
// The TPM statements of WebAuthn among SimpleWebAuthn's samples: real ones (STMicroelectronics, Nuvoton) under
// Microsoft's authority, and some of FIDO's conformance tools. Each ends in the highest certificate that it carries,
// which the case takes as its root. Those signed with SHA-1 prove no more than custody 1.

import { parseCertificate, tpmCertificateTolerance } from "natalis/formats";
import { decodeUtf8, encodeUtf8, fromBase64Url, isNatalisError } from "natalis/kernel";
import {
  parsePublicArea,
  publicKeyOf,
  parseAttestationObject,
  verifyWebauthnTpm,
  webauthnTpmFormat,
} from "natalis/protect";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";

interface Sample {
  readonly test: string;
  readonly attestationObject: string;
  readonly clientDataJSON: string;
  readonly fakeTime: string | null;
}

const folder = "attestation/webauthn";
const file = `${folder}/simplewebauthn.json`;
/** Between the dates of the certificates that have no time of their own. */
const usualTime = "2025-01-01T00:00:00Z";

/** What each proves with its own challenge, in the order of the file. */
const expected: readonly string[] = [
  "custody 3, id:FFFFF1D0 NPCT6xx id:13",
  // FIDO's tools gave the authority of these two a negative serial number and a key identifier that is no DER.
  "NAT_X509_SERIAL",
  "NAT_X509_SERIAL",
  "custody 1, STM ST33HTPxAHA6 id:00470004",
  "custody 1, NTC NPCT75x id:72",
  "custody 1, NTC NPCT75x id:00070002",
  "custody 3, id:FFFFF1D0 IBMTPM id:1",
  // The authenticator data names another model than the certificate.
  "NAT_EVIDENCE_CHAIN",
  "custody 3, id:FFFFF1D0 NPCT6xx id:13",
  "custody 1, id:FFFFF1D0 NPCT6xx id:13",
];

export const webauthnTpmSamples: ConformanceSuite = {
  name: "WebAuthn's TPM statements",
  sources: [{ folder, pattern: /^simplewebauthn\.json$/ }],
  count: 3 * expected.length,
  cases: (files: VectorFiles) => samplesIn(files).flatMap(casesOf),
};

function samplesIn(files: VectorFiles): readonly Sample[] {
  const { cases } = JSON.parse(decodeUtf8(files.get(file) ?? encodeUtf8('{"cases":[]}'))) as { cases: Sample[] };
  return cases.filter(({ test: name, attestationObject }) => /TPM|id-fido-gen/.test(name) && isTpm(attestationObject));
}

function isTpm(attestationObject: string): boolean {
  try {
    parseAttestationObject(fromBase64Url(attestationObject));
    return true;
  } catch {
    return false;
  }
}

function casesOf(sample: Sample, index: number): SuiteCase[] {
  const name = `${index} ${sample.test}`;
  const right = expected[index] ?? "";
  const foreign = right.startsWith("custody") ? "NAT_EVIDENCE_FRESHNESS" : right;
  return [
    { name, topic: "genuine", expected: right, run: (ports) => verify(sample, sample.clientDataJSON, ports) },
    {
      name: `${name}, of another challenge`,
      topic: "foreign",
      expected: foreign,
      run: (ports) => verify(sample, "AAAA", ports),
    },
    {
      name: `${name}, without a root`,
      topic: "unknown root",
      expected: right === "NAT_X509_SERIAL" ? right : "NAT_EVIDENCE_ROOT",
      run: (ports) => verify(sample, sample.clientDataJSON, ports, false),
    },
  ];
}

async function verify(
  { attestationObject, fakeTime }: Sample,
  clientData: string,
  { verifier, hash }: SuitePorts,
  isRooted = true,
): Promise<string> {
  try {
    const bytes = fromBase64Url(attestationObject);
    const { certificates, pubArea } = parseAttestationObject(bytes);
    const top = parseCertificate(certificates.at(-1) ?? bytes, tpmCertificateTolerance);
    const roots = [{ name: "top", certificate: top, formats: [webauthnTpmFormat], cap: 3 as const }];
    const context = { at: new Date(fakeTime ?? usualTime), roots: isRooted ? roots : [], hash, verifier };
    const nonce = new Uint8Array(32);
    const binding = { publicKey: publicKeyOf(parsePublicArea(pubArea)), nonce, factsHash: nonce };
    const challenge = hash.sha256(fromBase64Url(clientData));
    const { custody, hardware } = await verifyWebauthnTpm(bytes, binding, challenge, context);
    return `custody ${custody}, ${hardware?.manufacturer} ${hardware?.model} ${hardware?.firmware}`;
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}
