// SPDX-License-Identifier: Apache-2.0
// Evidence of format "webauthn-tpm": the TPM attestation statement of WebAuthn (Level 3, 8.3), which ACME's
// device-attest-01 carries. Here an authority has certified the attestation key after it saw the endorsement key itself
// (Microsoft's, for Windows); so there is one round trip less, and that authority is whom we believe.

import { concatBytes, equalBytes, portableDigests } from "../../kernel/index.ts";
import { type Certificate, findExtension, oids, parseBasicConstraints, readExactly } from "../../formats/index.ts";
import { evidenceError } from "../errors.ts";
import { wellFormed } from "../refusal.ts";
import {
  bindingValue,
  type EvidenceBinding,
  type EvidenceContext,
  type EvidenceFinding,
  type EvidenceFormat,
} from "../evidence.ts";
import { findingOf } from "../finding.ts";
import { parseCertifyAttest } from "./attest.ts";
import { type AttestedCredential, parseAttestationObject, type WebauthnTpmStatement } from "./attestation-object.ts";
import { parseEvidenceCertificates, verifyEvidencePath } from "./certificate-path.ts";
import { readTpmNames } from "./endorsement.ts";
import { webauthnTpmFormat } from "./format-names.ts";
import { requireAttestedKey } from "./object-rules.ts";
import { parsePublicArea } from "./public-area.ts";
import { objectName, publicKeyOf } from "./public-key.ts";
import { requireWebauthnSignature, webauthnAlgorithm } from "./webauthn-signature.ts";

/** tcg-kp-AIKCertificate */
const attestationPurpose = "2.23.133.8.3";
/** id-fido-gen-ce-aaguid (WebAuthn 8.2.1) */
const aaguidExtension = "1.3.6.1.4.1.45724.1.1.4";

export const webauthnTpm: EvidenceFormat = {
  format: webauthnTpmFormat,

  /**
   * Custody 3, where what is signed is SHA-256("natalis-evidence-v1" || nonce || SHA-256(SPKI) || SHA-256(facts)).
   * Without nonce, or signed with SHA-1, 1.
   * @throws as `verifyWebauthnTpm`
   */
  verify(bytes, binding, context) {
    return verifyWebauthnTpm(bytes, binding, bindingValue(binding, context.hash), context);
  },
};

/**
 * The same where another protocol says what is signed.
 * @param challenge what the TPM signed behind the authenticator data: clientDataHash in WebAuthn, the key authorization
 * in ACME. Undefined: not looked at, so that no more than custody 1 is proven.
 * @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_REVOKED, NAT_EVIDENCE_SIGNATURE,
 * NAT_EVIDENCE_KEY, NAT_EVIDENCE_FRESHNESS, NAT_EVIDENCE_ATTRIBUTES
 */
export async function verifyWebauthnTpm(
  bytes: Uint8Array,
  binding: EvidenceBinding,
  challenge: Uint8Array | undefined,
  context: EvidenceContext,
): Promise<EvidenceFinding> {
  const statement = parseAttestationObject(bytes);
  requireKey(statement, binding);
  const chain = parseEvidenceCertificates(statement.certificates);
  const { certificate, root } = await verifyEvidencePath(chain, webauthnTpmFormat, attestationPurpose, context);
  requireAttestationCertificate(certificate, statement.credential);
  const hardware = readTpmNames(certificate);
  await requireWebauthnSignature(statement, certificate.publicKey, context.verifier);
  requireStatement(statement, challenge);
  const { digest } = webauthnAlgorithm(statement.algorithm);
  const custody = challenge === undefined || digest === "SHA-1" ? 1 : 3;
  return findingOf({ custody, root, hardware, details: [["signature", `with ${digest}`]] }, binding, context.hash);
}

/** The attested key is the one in question, also as the authenticator data tells it, and cannot leave the TPM. */
function requireKey({ pubArea, credential }: WebauthnTpmStatement, { publicKey }: EvidenceBinding): void {
  const area = wellFormed("pubArea", () => parsePublicArea(pubArea));
  const told = [wellFormed("pubArea", () => publicKeyOf(area)), credential?.publicKey ?? publicKey];
  if (!told.every((one) => equalBytes(one, publicKey)))
    throw evidenceError("NAT_EVIDENCE_KEY", "the attested key is not the key in question");
  requireAttestedKey(area);
}

/** 8.3.1 */
function requireAttestationCertificate(certificate: Certificate, credential: AttestedCredential | undefined): void {
  const { version, subject } = certificate;
  const constraints = findExtension(certificate, oids.basicConstraints);
  const isAuthority = constraints === undefined || parseBasicConstraints(constraints.value).isAuthority;
  if (version !== 3 || subject.relativeNames.length > 0 || isAuthority)
    throw evidenceError("NAT_EVIDENCE_CHAIN", "the certificate is not one of an attestation key");
  const model = findExtension(certificate, aaguidExtension);
  if (model === undefined || credential === undefined) return;
  const aaguid = wellFormed("the certificate's AAGUID", () => readExactly(model.value, (der) => der.octetString()));
  if (!equalBytes(aaguid, credential.aaguid))
    throw evidenceError("NAT_EVIDENCE_CHAIN", "the certificate is of another model of authenticator (AAGUID)");
}

function requireStatement(statement: WebauthnTpmStatement, challenge: Uint8Array | undefined): void {
  const { certInfo, pubArea, authenticatorData, algorithm } = statement;
  const { name, extraData } = wellFormed("certInfo", () => parseCertifyAttest(certInfo));
  if (!equalBytes(name, objectName(pubArea)))
    throw evidenceError("NAT_EVIDENCE_KEY", "the TPM certified another key, or this key with other attributes");
  if (challenge === undefined) return;
  const signed = portableDigests[webauthnAlgorithm(algorithm).digest](concatBytes(authenticatorData, challenge));
  if (!equalBytes(extraData, signed))
    throw evidenceError("NAT_EVIDENCE_FRESHNESS", "extraData is of another challenge");
}
