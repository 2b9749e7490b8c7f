// SPDX-License-Identifier: Apache-2.0
// Root and issuing authority: how they are named, certified, and judged where a root elsewhere certified them.

import { nodeEntropy, nodeHash, nodeSignatureVerifier, systemClock } from "@natalis/node";
import {
  assembleSigned,
  type Certificate,
  type CertificateList,
  encodeCertificationRequestInfo,
  encodeName,
  oids,
  parseCertificate,
} from "natalis/formats";
import {
  type Authority,
  type AuthorityName,
  checkIssuingCertificate,
  checkRootCertificate,
  newSerial,
  openAuthority,
  prepareIssuingCertificate,
  prepareRootCertificate,
  signPrepared,
} from "natalis/issue";
import { equalBytes, isNatalisError, type Signer } from "natalis/kernel";
import { validatePath } from "natalis/path";
import { serviceError } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** What of the settings stands in certificates of authorities. */
export type AuthoritySettings = Pick<Settings, "maker" | "publicUrl" | "arc">;

export interface AuthorityPair {
  readonly root: Authority;
  readonly issuing: Authority;
}

/** The first word of the name of everything that a rehearsed ceremony makes. */
export const rehearsalMark = "REHEARSAL";

const longestName = 64;
/** Clocks of an offline machine and this one may differ by as much, seconds. */
const clockSkew = 300;

export function rootName(organization: string, isRehearsal = false): AuthorityName {
  return { organization, commonName: marked(`${organization} root`, isRehearsal) };
}

export function issuingName(organization: string, isRehearsal = false): AuthorityName {
  return { organization, commonName: marked(`${organization} births`, isRehearsal) };
}

export function authorityOf(certificate: Uint8Array, { publicUrl, arc }: AuthoritySettings): Authority {
  return openAuthority({ certificate: parseCertificate(certificate), baseUrl: publicUrl, arc, hash: nodeHash });
}

/** A root's certificate, signed by itself. */
export async function certifyRoot(name: AuthorityName, root: Signer): Promise<Uint8Array> {
  const fields = { serialNumber: newSerial(nodeEntropy), notBefore: systemClock.now(), hash: nodeHash };
  return signPrepared(prepareRootCertificate({ ...fields, name, publicKey: root.publicKey }), root);
}

export async function certifyIssuing(
  authority: Authority,
  name: AuthorityName,
  publicKey: Uint8Array,
  root: Signer,
): Promise<Uint8Array> {
  const fields = { serialNumber: newSerial(nodeEntropy), notBefore: systemClock.now() };
  return signPrepared(prepareIssuingCertificate({ ...fields, authority, name, publicKey }), root);
}

/** How an issuing authority asks a root elsewhere for its certificate: a PKCS#10 request (RFC 2986), DER. */
export async function requestIssuing(organization: string, issuing: Signer): Promise<Uint8Array> {
  const name = issuingName(organization);
  const subject = encodeName([
    { oid: oids.organizationName, value: name.organization },
    { oid: oids.commonName, value: name.commonName },
  ]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: issuing.publicKey });
  return assembleSigned(info, issuing.algorithm.signatureIdentifier, await issuing.sign(info));
}

export interface GivenPapers {
  readonly root: Certificate;
  readonly issuing: Certificate;
  /** The root's revocation list. */
  readonly list: CertificateList;
}

/**
 * Whether these are what a registrar with these settings and this issuing key can start with: both certificates as we
 * would have made them, one path, and a list in force that does not revoke.
 * @throws NAT_SERVICE_AUTHORITY
 */
export async function requirePapers(
  { root, issuing, list }: GivenPapers,
  settings: AuthoritySettings,
  publicKey: Uint8Array,
  at = systemClock.now(),
): Promise<AuthorityPair> {
  if (!equalBytes(issuing.publicKey, publicKey))
    throw serviceError("NAT_SERVICE_AUTHORITY", "the issuing certificate is for another key than this registrar's");
  try {
    checkRootCertificate(root, nodeHash);
    const authority = authorityOf(root.der, settings);
    checkIssuingCertificate(issuing, authority);
    await requirePath(authority, { root, issuing, list }, at);
    return { root: authority, issuing: authorityOf(issuing.der, settings) };
  } catch (cause) {
    if (!isNatalisError(cause)) throw cause;
    throw serviceError("NAT_SERVICE_AUTHORITY", cause.message, cause);
  }
}

async function requirePath({ algorithm }: Authority, { root, issuing, list }: GivenPapers, at: Date): Promise<void> {
  if (!nodeSignatureVerifier.verify(algorithm, root.publicKey, root.tbs, root.signature))
    throw serviceError("NAT_SERVICE_AUTHORITY", "the root did not sign itself");
  await validatePath({
    certificate: issuing,
    intermediates: [],
    anchors: [root],
    at,
    status: { lists: [list], responses: [], policy: { unknown: "refuse", clockSkew } },
    verifier: nodeSignatureVerifier,
  });
}

function marked(name: string, isRehearsal: boolean): string {
  return `${isRehearsal ? `${rehearsalMark} ` : ""}${name}`.slice(0, longestName);
}
