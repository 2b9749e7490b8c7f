// SPDX-License-Identifier: Apache-2.0
// From a certificate in evidence to a root that counts for the format: RFC 5280 in full, with the revocation lists that
// are known.

import { type Certificate, parseCertificate, tpmCertificateTolerance } from "../../formats/index.ts";
import { equalBytes, isNatalisError, type NatalisError } from "../../kernel/index.ts";
import { type VerifiedPath, validatePath } from "../../path/index.ts";
import { evidenceError } from "../errors.ts";
import { refusedAs, wellFormed } from "../refusal.ts";
import type { EvidenceContext, EvidenceRoot } from "../evidence.ts";

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
  const [first, ...others] = wellFormed("a certificate", () =>
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
    throw refusedAs(codeOf(cause), "the certificate's path", cause);
  }
}

/** A list that was given and does not tell is as bad as one that revokes. */
function codeOf({ code }: NatalisError) {
  if (code.startsWith("NAT_STATUS_")) return "NAT_EVIDENCE_REVOKED";
  return code === "NAT_PATH_ISSUER_UNKNOWN" ? "NAT_EVIDENCE_ROOT" : "NAT_EVIDENCE_CHAIN";
}

function rootOf({ certificates }: VerifiedPath, roots: readonly EvidenceRoot[]): EvidenceRoot {
  const anchor = certificates.at(-1) as Certificate;
  return roots.find(({ certificate }) => equalBytes(certificate.der, anchor.der)) as EvidenceRoot;
}
