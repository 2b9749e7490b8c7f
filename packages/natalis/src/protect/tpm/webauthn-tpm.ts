// SPDX-License-Identifier: Apache-2.0
// Evidence of format "webauthn-tpm": the TPM attestation statement of WebAuthn (Level 3, 8.3), which ACME's
// device-attest-01 carries. Here an authority has certified the attestation key after it saw the endorsement key itself
// (Microsoft's, for Windows); so there is one round trip less, and that authority is whom we believe.

import { concatBytes, encodeUtf8, equalBytes, portableDigests } from "../../kernel/index.ts";
import { type Certificate, findExtension, oids, parseBasicConstraints, readExactly } from "../../formats/index.ts";
import { evidenceError, readingEvidence } from "../errors.ts";
import type { Custody, EvidenceBinding, EvidenceContext, EvidenceFinding, EvidenceFormat } from "../evidence.ts";
import { parseCertifyAttest } from "./attest.ts";
import { type AttestedCredential, parseAttestationObject, type WebauthnTpmStatement } from "./attestation-object.ts";
import { parseEvidenceCertificates, underCap, verifyEvidencePath } from "./certificate-path.ts";
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
const bindingLabel = encodeUtf8("natalis-evidence-v1");

/** What an attestation is asked to be about. */
export interface WebauthnTpmRequest {
  /** DER SubjectPublicKeyInfo of the attested key. */
  readonly publicKey: Uint8Array;
  /**
   * What the TPM signed behind the authenticator data: clientDataHash in WebAuthn, the key authorization in ACME.
   * Absent: not looked at, so that no more than custody 1 is proven.
   */
  readonly challenge?: Uint8Array | undefined;
}

export const webauthnTpm: EvidenceFormat = {
  format: webauthnTpmFormat,

  /**
   * Custody 3, where what is signed is SHA-256("natalis-evidence-v1" || nonce || SHA-256(SPKI) || SHA-256(facts)).
   * Without nonce, or signed with SHA-1, 1.
   * @throws as `verifyWebauthnTpm`
   */
  verify(bytes, binding, context) {
    const { publicKey } = binding;
    return verifyWebauthnTpm(bytes, { publicKey, challenge: bindingValue(binding, context) }, context);
  },
};

/**
 * @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_REVOKED, NAT_EVIDENCE_SIGNATURE,
 * NAT_EVIDENCE_KEY, NAT_EVIDENCE_NONCE, NAT_EVIDENCE_ATTRIBUTES
 */
export async function verifyWebauthnTpm(
  bytes: Uint8Array,
  request: WebauthnTpmRequest,
  context: EvidenceContext,
): Promise<EvidenceFinding> {
  const statement = parseAttestationObject(bytes);
  requireKey(statement, request);
  const chain = parseEvidenceCertificates(statement.certificates);
  const { certificate, root } = await verifyEvidencePath(chain, webauthnTpmFormat, attestationPurpose, context);
  requireAttestationCertificate(certificate, statement.credential);
  const hardware = readTpmNames(certificate);
  await requireWebauthnSignature(statement, certificate.publicKey, context.verifier);
  requireStatement(statement, request);
  const { digest } = webauthnAlgorithm(statement.algorithm);
  const proven: Custody = request.challenge === undefined || digest === "SHA-1" ? 1 : 3;
  return { ...underCap(proven, root, context), hardware, details: [["signature", `with ${digest}`]] };
}

function bindingValue({ nonce, publicKey, factsHash }: EvidenceBinding, { hash }: EvidenceContext) {
  if (nonce === undefined) return undefined;
  return hash.sha256(concatBytes(bindingLabel, nonce, hash.sha256(publicKey), factsHash));
}

/** The attested key is the one in question, also as the authenticator data tells it, and cannot leave the TPM. */
function requireKey({ pubArea, credential }: WebauthnTpmStatement, { publicKey }: WebauthnTpmRequest): void {
  const area = readingEvidence("pubArea", () => parsePublicArea(pubArea));
  const told = [readingEvidence("pubArea", () => publicKeyOf(area)), credential?.publicKey ?? publicKey];
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
  const aaguid = readingEvidence("the certificate's AAGUID", () =>
    readExactly(model.value, (der) => der.octetString()),
  );
  if (!equalBytes(aaguid, credential.aaguid))
    throw evidenceError("NAT_EVIDENCE_CHAIN", "the certificate is of another model of authenticator (AAGUID)");
}

function requireStatement(statement: WebauthnTpmStatement, { challenge }: WebauthnTpmRequest): void {
  const { certInfo, pubArea, authenticatorData, algorithm } = statement;
  const { name, extraData } = readingEvidence("certInfo", () => parseCertifyAttest(certInfo));
  if (!equalBytes(name, objectName(pubArea)))
    throw evidenceError("NAT_EVIDENCE_KEY", "the TPM certified another key, or this key with other attributes");
  if (challenge === undefined) return;
  const signed = portableDigests[webauthnAlgorithm(algorithm).digest](concatBytes(authenticatorData, challenge));
  if (!equalBytes(extraData, signed)) throw evidenceError("NAT_EVIDENCE_NONCE", "extraData is of another challenge");
}
