// SPDX-License-Identifier: Apache-2.0
// RFC 9881's example certificates, signed by themselves with ML-DSA-44, 65 and 87: of the very keys of the examples,
// verified as they are, and not where an octet was changed in what is signed or in the signature.

import { type Certificate, parseCertificate, parsePem, readKeyFacts, signatureSchemeFor } from "natalis/formats";
import { decodeUtf8, equalBytes, isNatalisError, type SignatureScheme } from "natalis/kernel";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";
import { vector } from "./vector-text.ts";

const folder = "pqc/lamps-examples";
const names = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];

export const mlDsaCertificates: ConformanceSuite = {
  name: "RFC 9881 certificates",
  sources: [{ folder, pattern: /^ML-DSA-\d\d\.(?:crt|pub)$/ }],
  count: 3 * (2 + 3 + 5) + 6,
  cases: (files: VectorFiles) => {
    const keyOf = (name: string) => readPem(files, `${name}.pub`, "PUBLIC KEY");
    return names.flatMap((name) => {
      const certificate = parseCertificate(readPem(files, `${name}.crt`, "CERTIFICATE"));
      const others = names.filter((one) => one !== name).map((other) => underOther(name, certificate, keyOf(other)));
      return [keyCase(name, certificate, keyOf(name)), ...signatureCases(name, certificate), ...others];
    });
  },
};

function readPem(files: VectorFiles, file: string, label: string): Uint8Array {
  const [der] = parsePem(decodeUtf8(vector(files, `${folder}/${file}`)), label);
  if (der === undefined) throw new Error(`${file} has no ${label}`);
  return der;
}

function keyCase(name: string, { publicKey }: Certificate, example: Uint8Array): SuiteCase {
  const run = () => (equalBytes(publicKey, example) ? readKeyFacts(publicKey).kind : "another key");
  return { name: `${name}: its key`, topic: name, expected: name, run };
}

function signatureCases(name: string, certificate: Certificate): SuiteCase[] {
  const { tbs, signature } = certificate;
  const altered = (what: string, changed: Partial<Certificate>): SuiteCase => {
    return verifying(`${name}: ${what}`, name, "false", { ...certificate, ...changed });
  };
  return [
    verifying(`${name}: as it is`, name, "true", certificate),
    ...[0, 20, tbs.length - 1].map((at) => altered(`octet ${at} of what is signed`, { tbs: flipped(tbs, at) })),
    ...[0, 31, 32, signature.length >> 1, signature.length - 1].map((at) =>
      altered(`octet ${at} of the signature`, { signature: flipped(signature, at) }),
    ),
  ];
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] as number) ^ 1);
}

function verifying(name: string, topic: string, expected: string, certificate: Certificate): SuiteCase {
  return { name, topic, expected, run: (ports) => answer(certificate, ports) };
}

async function answer(
  { publicKey, signatureIdentifier, tbs, signature }: Certificate,
  { verifier }: SuitePorts,
): Promise<string> {
  try {
    const scheme = signatureSchemeFor(signatureIdentifier, publicKey) as SignatureScheme;
    return String(await verifier.verify(scheme, publicKey, tbs, signature));
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}

function underOther(name: string, { signatureIdentifier }: Certificate, other: Uint8Array): SuiteCase {
  const { kind } = readKeyFacts(other);
  const run = () => (signatureSchemeFor(signatureIdentifier, other) === undefined ? "of another key" : "of this key");
  return { name: `${name}: under the key of ${kind}`, topic: name, expected: "of another key", run };
}
