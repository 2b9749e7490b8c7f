// SPDX-License-Identifier: Apache-2.0
// The endorsement key: a key that the TPM's maker put into one TPM and certified (TCG EK Credential Profile for TPM
// Family 2.0, 2.5). The certificate holds, names a TPM, and is of the very key that the public area describes.

import { findExtension, oids, parseBasicConstraints, parseKeyUsage, parseSubjectAltName } from "../../formats/index.ts";
import type { Certificate } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import { wellFormed } from "../refusal.ts";
import type { EvidenceContext, EvidenceRoot, HardwareIdentity } from "../evidence.ts";
import { parseEvidenceCertificates, verifyEvidencePath } from "./certificate-path.ts";
import { type EndorsementTemplate, endorsementTemplateOf } from "./endorsement-templates.ts";
import { parsePublicArea, type PublicArea } from "./public-area.ts";
import { publicKeyOf } from "./public-key.ts";
import { tpmIdentityIn } from "./tpm-identity.ts";

export interface VerifiedEndorsement {
  readonly area: PublicArea;
  readonly template: EndorsementTemplate;
  /** SHA-256 of the SubjectPublicKeyInfo: it names the TPM. */
  readonly keyHash: Uint8Array;
  readonly certificate: Certificate;
  readonly root: EvidenceRoot;
  readonly hardware: HardwareIdentity;
}

/** What a device shows of its endorsement key. */
export interface EndorsementClaim {
  /** DER, the key's own first, then those up to a root; the root itself may be left out. */
  readonly endorsementCertificates: readonly Uint8Array[];
  /** TPMT_PUBLIC */
  readonly endorsementKey: Uint8Array;
}

/** tcg-kp-EKCertificate */
const endorsementPurpose = "2.23.133.8.1";

/**
 * @param format for which the root must count
 * @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_REVOKED, NAT_EVIDENCE_KEY where the
 * certificate is of another key, NAT_EVIDENCE_ATTRIBUTES where the key is not as the profile makes it
 */
export async function verifyEndorsement(
  { endorsementCertificates, endorsementKey }: EndorsementClaim,
  format: string,
  context: EvidenceContext,
): Promise<VerifiedEndorsement> {
  const chain = parseEvidenceCertificates(endorsementCertificates);
  const area = wellFormed("the endorsement key", () => parsePublicArea(endorsementKey));
  const publicKey = wellFormed("the endorsement key", () => publicKeyOf(area));
  const template = requireEndorsementTemplate(area);
  const { certificate, root } = await verifyEvidencePath(chain, format, endorsementPurpose, context);
  const hardware = readEndorsementCertificate(certificate, area);
  if (!equalBytes(certificate.publicKey, publicKey))
    throw evidenceError("NAT_EVIDENCE_KEY", "the endorsement certificate is of another key");
  return { area, template, keyHash: context.hash.sha256(publicKey), certificate, root, hardware };
}

/** restricted, decrypt, fixedTPM, fixedParent and the policy of its range: all of them stand in the template. */
function requireEndorsementTemplate(area: PublicArea): EndorsementTemplate {
  const template = endorsementTemplateOf(area);
  if (template === undefined)
    throw evidenceError(
      "NAT_EVIDENCE_ATTRIBUTES",
      `the endorsement key is of no template of the profile: ${[...area.attributes].join(", ")}`,
    );
  return template;
}

/** Profile 3.2: an end entity's certificate (3.2.10), for opening secrets only (3.2.11), that names a TPM (3.2.9). */
function readEndorsementCertificate(certificate: Certificate, area: PublicArea): HardwareIdentity {
  const { version } = certificate;
  if (version !== 3) throw evidenceError("NAT_EVIDENCE_CHAIN", `an endorsement certificate of version ${version}`);
  const constraints = findExtension(certificate, oids.basicConstraints);
  if (constraints !== undefined && parseBasicConstraints(constraints.value).isAuthority)
    throw evidenceError("NAT_EVIDENCE_CHAIN", "the endorsement certificate is an authority's");
  requireUsage(certificate, area);
  return readTpmNames(certificate);
}

function requireUsage(certificate: Certificate, { type }: PublicArea): void {
  const extension = findExtension(certificate, oids.keyUsage);
  const due = type === "RSA" ? "keyEncipherment" : "keyAgreement";
  if (extension === undefined || !parseKeyUsage(extension.value).has(due))
    throw evidenceError("NAT_EVIDENCE_CHAIN", `the endorsement certificate's key usage is not ${due}`);
}

/** The TPM that a certificate names. Where the subject is empty, the names must be critical (RFC 5280 4.1.2.6). */
export function readTpmNames(certificate: Certificate): HardwareIdentity {
  const extension = findExtension(certificate, oids.subjectAltName);
  if (extension === undefined || (!extension.critical && certificate.subject.relativeNames.length === 0))
    throw evidenceError(
      "NAT_EVIDENCE_CHAIN",
      "the certificate has no subject alternative names, or none that are critical",
    );
  return tpmIdentityIn(parseSubjectAltName(extension.value, certificate.tolerance));
}
