// SPDX-License-Identifier: Apache-2.0
// The path of a factory's certificate to a configured root, by RFC 5280 in full (natalis/path), lists included; its
// errors as those of evidence.

import type { Certificate } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { validatePath, type VerifiedPath } from "../../path/index.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceContext, EvidenceRoot } from "../evidence.ts";
import { isOfEvidence } from "../refusal.ts";

const policy = { unknown: "acceptAbsent", clockSkew: 300 } as const;

/** The root that it ends in. @throws NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_REVOKED */
export async function vendorPath(
  [certificate, ...intermediates]: readonly [Certificate, ...Certificate[]],
  roots: readonly EvidenceRoot[],
  { at, verifier, lists = [] }: EvidenceContext,
): Promise<EvidenceRoot> {
  const anchors = roots.map((root) => root.certificate);
  const status = lists.length === 0 ? undefined : { lists, responses: [], policy };
  try {
    const path = await validatePath({ certificate, intermediates, anchors, at, verifier, status });
    return rootOf(path, roots);
  } catch (error) {
    if (!isOfEvidence(error)) throw error;
    throw evidenceError(codeOf(error.code), `${error.code} ${error.detail}`, error);
  }
}

function rootOf({ certificates }: VerifiedPath, roots: readonly EvidenceRoot[]): EvidenceRoot {
  const top = certificates.at(-1) as Certificate;
  return roots.find(({ certificate }) => equalBytes(certificate.der, top.der)) as EvidenceRoot;
}

function codeOf(code: string) {
  if (code.startsWith("NAT_STATUS_")) return "NAT_EVIDENCE_REVOKED";
  return code === "NAT_PATH_ISSUER_UNKNOWN" ? "NAT_EVIDENCE_ROOT" : "NAT_EVIDENCE_CHAIN";
}
