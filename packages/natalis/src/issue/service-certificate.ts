// SPDX-License-Identifier: Apache-2.0
// The certificates of the registrar's own services, replaced before they end: of its TLS server (RFC 9525; RFC 5280
// section 4.2.1.6), found by its alternative names only, and of the key that signs its verdicts on authentications.

import {
  encodeExtendedKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeTbsCertificate,
  type Extension,
  keyIdentifier,
  oids,
} from "../formats/index.ts";
import type { Authority } from "./authority.ts";
import { issueError } from "./errors.ts";
import { issuerExtensions, keyUsageExtension, plain, subjectKeyExtension } from "./extensions.ts";
import { parseHost } from "./host.ts";
import { type PreparedCertificate, prepareTbs } from "./prepared.ts";
import { validityFrom } from "./validity.ts";

export interface ServiceCertificateInput {
  readonly authority: Authority;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** As `newSerial` gives them. */
  readonly serialNumber: Uint8Array;
  readonly notBefore: Date;
  readonly lifetimeDays: number;
}

export interface ServerCertificateInput extends ServiceCertificateInput {
  /** DNS names and IP addresses, 1 to 100. */
  readonly hosts: readonly string[];
}

const maximumHosts = 100;

/** @throws NAT_ISSUE_FACTS, NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN, NAT_ISSUE_SERIAL */
export function prepareServerCertificate(input: ServerCertificateInput): PreparedCertificate {
  const { hosts } = input;
  if (hosts.length === 0 || hosts.length > maximumHosts) throw issueError("NAT_ISSUE_FACTS", `${hosts.length} hosts`);
  const names = plain(oids.subjectAltName, encodeSubjectAltName(hosts.map(parseHost)));
  return prepareService(input, "server", oids.serverAuth, [names]);
}

/** @throws NAT_ISSUE_FACTS, NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN, NAT_ISSUE_SERIAL */
export function prepareVerdictCertificate(input: ServiceCertificateInput): PreparedCertificate {
  return prepareService(input, "verdict", input.authority.oids.verdict, []);
}

function prepareService(
  { authority, publicKey, serialNumber, notBefore, lifetimeDays }: ServiceCertificateInput,
  kind: "server" | "verdict",
  purpose: string,
  names: readonly Extension[],
): PreparedCertificate {
  const tbs = encodeTbsCertificate({
    serialNumber,
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    ...validityFrom(notBefore, lifetimeDays, authority.certificate.notAfter),
    subject: encodeName([{ oid: oids.commonName, value: `Natalis registrar, ${kind}` }]),
    publicKey,
    extensions: [
      ...issuerExtensions(authority, serialNumber),
      subjectKeyExtension(keyIdentifier(publicKey, authority.hash)),
      keyUsageExtension("digitalSignature"),
      plain(oids.extendedKeyUsage, encodeExtendedKeyUsage([purpose])),
      ...names,
    ],
  });
  return prepareTbs(tbs, authority.algorithm, { kind, hash: authority.hash, authority });
}
