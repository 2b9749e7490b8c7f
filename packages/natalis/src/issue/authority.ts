// SPDX-License-Identifier: Apache-2.0
// An authority: a certificate that may sign others (RFC 5280 sections 4.2.1.9 and 4.2.1.3), the permanent address
// under which its CRLs and its certificate are served, and the arc of its OIDs. Its private key is a `Signer` that
// comes in only where something is signed.

import {
  type ArcOids,
  algorithmOfPublicKey,
  type Certificate,
  findExtension,
  type KeyUsage,
  oids,
  oidsOf,
  parseBasicConstraints,
  parseKeyUsage,
  parseStationExtension,
  parseSubjectKeyIdentifier,
  type StationExtension,
} from "../formats/index.ts";
import { equalBytes, type Hash, type SignatureAlgorithm, toHex } from "../kernel/index.ts";
import { issueError } from "./errors.ts";
import { checkBaseUrl } from "./locations.ts";

export interface Authority {
  readonly certificate: Certificate;
  /** Subject key identifier. */
  readonly keyIdentifier: Uint8Array;
  /** The same, hexadecimal. */
  readonly keyId: string;
  /** It is its own issuer. What a root signs is so little that one list, a complete one, speaks of all of it. */
  readonly isRoot: boolean;
  /** What a station was certified for; undefined for every other authority. Its issuer signs its revocation lists. */
  readonly station: StationExtension | undefined;
  /** Of the authority's key, hence of all it signs. */
  readonly algorithm: SignatureAlgorithm;
  /** `http://host[:port][/path]`. */
  readonly baseUrl: string;
  readonly oids: ArcOids;
  readonly hash: Hash;
}

export interface AuthorityInput {
  readonly certificate: Certificate;
  readonly baseUrl: string;
  readonly arc: string;
  readonly hash: Hash;
}

/** @throws NAT_ISSUE_AUTHORITY, NAT_ISSUE_URL, NAT_ARC_FORM, NAT_ALGORITHM_UNKNOWN, NAT_X509_STATION_EXTENSION */
export function openAuthority({ certificate, baseUrl, arc, hash }: AuthorityInput): Authority {
  const own = oidsOf(arc);
  const station = stationOf(certificate, own);
  checkMaySign(certificate, station === undefined ? ["keyCertSign", "cRLSign"] : ["keyCertSign"]);
  const keyIdentifier = keyIdentifierOf(certificate);
  return {
    certificate,
    keyIdentifier,
    keyId: toHex(keyIdentifier),
    isRoot: equalBytes(certificate.issuer.der, certificate.subject.der),
    station,
    algorithm: algorithmOfPublicKey(certificate.publicKey),
    baseUrl: checkBaseUrl(baseUrl),
    oids: own,
    hash,
  };
}

function stationOf(certificate: Certificate, { station }: ArcOids): StationExtension | undefined {
  const extension = findExtension(certificate, station);
  return extension && parseStationExtension(extension.value);
}

function checkMaySign(certificate: Certificate, due: readonly KeyUsage[]): void {
  const constraints = findExtension(certificate, oids.basicConstraints);
  if (constraints === undefined || !parseBasicConstraints(constraints.value).isAuthority)
    throw issueError("NAT_ISSUE_AUTHORITY", "its basic constraints do not make it one");
  const usage = findExtension(certificate, oids.keyUsage);
  const usages = usage === undefined ? new Set() : parseKeyUsage(usage.value);
  if (!due.every((one) => usages.has(one)))
    throw issueError("NAT_ISSUE_AUTHORITY", `its key usage does not include ${due.join(" and ")}`);
}

function keyIdentifierOf(certificate: Certificate): Uint8Array {
  const extension = findExtension(certificate, oids.subjectKeyIdentifier);
  if (extension === undefined) throw issueError("NAT_ISSUE_AUTHORITY", "it has no subject key identifier");
  return parseSubjectKeyIdentifier(extension.value);
}
