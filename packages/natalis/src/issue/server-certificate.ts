// SPDX-License-Identifier: Apache-2.0
// The certificate of the registrar's own TLS server (RFC 9525; RFC 5280 section 4.2.1.6): found by its alternative
// names only, replaced before it ends.

import {
  encodeExtendedKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeTbsCertificate,
  keyIdentifier,
  oids,
} from "../formats/index.ts";
import type { Authority } from "./authority.ts";
import { issueError } from "./errors.ts";
import { issuerExtensions, keyUsageExtension, plain, subjectKeyExtension } from "./extensions.ts";
import { parseHost } from "./host.ts";
import { type PreparedCertificate, prepareTbs } from "./prepared.ts";
import { validityFrom } from "./validity.ts";

export interface ServerCertificateInput {
  readonly authority: Authority;
  /** DNS names and IP addresses, 1 to 100. */
  readonly hosts: readonly string[];
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** As `newSerial` gives them. */
  readonly serialNumber: Uint8Array;
  readonly notBefore: Date;
  readonly lifetimeDays: number;
}

const maximumHosts = 100;

/** @throws NAT_ISSUE_FACTS, NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN, NAT_ISSUE_SERIAL */
export function prepareServerCertificate(input: ServerCertificateInput): PreparedCertificate {
  const { authority, hosts, publicKey, serialNumber } = input;
  if (hosts.length === 0 || hosts.length > maximumHosts) throw issueError("NAT_ISSUE_FACTS", `${hosts.length} hosts`);
  const tbs = encodeTbsCertificate({
    serialNumber,
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    ...validityFrom(input.notBefore, input.lifetimeDays, authority.certificate.notAfter),
    subject: encodeName([{ oid: oids.commonName, value: "Natalis registrar" }]),
    publicKey,
    extensions: [
      ...issuerExtensions(authority, serialNumber),
      subjectKeyExtension(keyIdentifier(publicKey, authority.hash)),
      keyUsageExtension("digitalSignature"),
      plain(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.serverAuth])),
      plain(oids.subjectAltName, encodeSubjectAltName(hosts.map(parseHost))),
    ],
  });
  return prepareTbs(tbs, authority.algorithm, { kind: "server", hash: authority.hash, authority });
}
