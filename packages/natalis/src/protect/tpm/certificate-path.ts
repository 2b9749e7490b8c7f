// SPDX-License-Identifier: Apache-2.0
// From a certificate in evidence to a root that counts for the format: RFC 5280 in full, with the revocation lists that
// are known, and a root's cap on what is proven.

import { type Certificate, parseCertificate, tpmCertificateTolerance } from "../../formats/index.ts";
import { equalBytes, isNatalisError } from "../../kernel/index.ts";
import { type VerifiedPath, validatePath } from "../../path/index.ts";
import { evidenceError, readingEvidence } from "../errors.ts";
import type { Custody, EvidenceContext, EvidenceFinding, EvidenceRoot } from "../evidence.ts";

export interface EvidencePath {
  /** The one in question. */
  readonly certificate: Certificate;
  readonly root: EvidenceRoot;
}

/** Lists of a TPM maker may be read by a clock that is off by this, in seconds. */
const clockSkew = 300;
const longestChain = 8;

/** Certificates as they stand in evidence, the one in question first. @throws NAT_EVIDENCE_MALFORMED */
export function parseEvidenceCertificates(chain: readonly Uint8Array[]): readonly [Certificate, ...Certificate[]] {
  if (chain.length > longestChain)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${chain.length} certificates, at most ${longestChain}`);
  const [first, ...others] = readingEvidence("a certificate", () =>
    chain.map((der) => parseCertificate(der, tpmCertificateTolerance)),
  );
  if (first === undefined) throw evidenceError("NAT_EVIDENCE_MALFORMED", "no certificate");
  return [first, ...others];
}

/**
 * The root that the first certificate's path ends in.
 * @param purpose OID of the extended key usage that it must have
 * @throws NAT_EVIDENCE_ROOT, NAT_EVIDENCE_REVOKED, NAT_EVIDENCE_CHAIN
 */
export async function verifyEvidencePath(
  [certificate, ...intermediates]: readonly [Certificate, ...Certificate[]],
  format: string,
  purpose: string,
  { at, roots, verifier, lists = [] }: EvidenceContext,
): Promise<EvidencePath> {
  const counting = roots.filter(({ formats }) => formats.includes(format));
  const status = { lists, responses: [], policy: { unknown: "acceptAbsent", clockSkew } } as const;
  const anchors = counting.map((root) => root.certificate);
  // A root's own certificate is no evidence of any TPM.
  if (anchors.some(({ der }) => equalBytes(der, certificate.der)))
    throw evidenceError("NAT_EVIDENCE_CHAIN", "the certificate is a root itself");
  try {
    const path = await validatePath({ certificate, intermediates, anchors, at, purpose, status, verifier });
    return { certificate, root: rootOf(path, counting) };
  } catch (cause) {
    if (!isNatalisError(cause)) throw cause;
    throw evidenceError(codes[cause.code] ?? "NAT_EVIDENCE_CHAIN", cause.message, cause);
  }
}

/** What the format proves, as far as its root and the binding let it (DESIGN 5). */
export function underCap(
  proven: Custody,
  root: EvidenceRoot,
  { hash }: EvidenceContext,
): Pick<EvidenceFinding, "custody" | "root"> {
  const capLifted = root.capLifted === true;
  const custody = capLifted ? proven : (Math.min(proven, root.cap) as Custody);
  return { custody, root: { name: root.name, hash: hash.sha256(root.certificate.der), capLifted } };
}

const codes: Readonly<Record<string, "NAT_EVIDENCE_ROOT" | "NAT_EVIDENCE_REVOKED">> = {
  NAT_PATH_ISSUER_UNKNOWN: "NAT_EVIDENCE_ROOT",
  NAT_STATUS_REVOKED: "NAT_EVIDENCE_REVOKED",
};

function rootOf({ certificates }: VerifiedPath, roots: readonly EvidenceRoot[]): EvidenceRoot {
  const anchor = certificates.at(-1) as Certificate;
  return roots.find(({ certificate }) => equalBytes(certificate.der, anchor.der)) as EvidenceRoot;
}
