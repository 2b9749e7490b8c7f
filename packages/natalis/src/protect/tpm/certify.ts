// SPDX-License-Identifier: Apache-2.0
// Evidence of format "tpm2-certify": a TPM states by TPM2_Certify (TPM 2.0 Library Part 3, 18.2) that the birth key was
// made in it and cannot leave. Four links: the maker certifies the endorsement key; credential activation ties the
// attestation key to it; the attestation key signs the birth key's name; and qualifyingData ties all of it to this
// birth (DESIGN 5).

import { concatBytes, encodeUtf8, equalBytes, type Hash, toHex } from "../../kernel/index.ts";
import { evidenceError } from "../errors.ts";
import { findingOf } from "../finding.ts";
import { wellFormed } from "../refusal.ts";
import type { EvidenceBinding, EvidenceContext, EvidenceFinding, EvidenceFormat } from "../evidence.ts";
import { type CertifyAttest, parseCertifyAttest } from "./attest.ts";
import { type CertifyStatement, parseCertifyStatement } from "./certify-statement.ts";
import { type VerifiedEndorsement, verifyEndorsement } from "./endorsement.ts";
import { tpm2CertifyFormat } from "./format-names.ts";
import { requireAttestationKey, requireAttestedKey } from "./object-rules.ts";
import { parsePublicArea, type PublicArea } from "./public-area.ts";
import { objectName, publicKeyOf } from "./public-key.ts";
import { isSignatureOf, parseTpmSignature } from "./signature.ts";

const bindingLabel = encodeUtf8("natalis-tpm2-v1");

/** SHA-256("natalis-tpm2-v1" || nonce || activated secret || SHA-256(facts)): what TPM2_Certify is given (DESIGN 5). */
export function certifyQualifyingData(
  bound: { readonly nonce: Uint8Array; readonly secret: Uint8Array; readonly factsHash: Uint8Array },
  hash: Hash,
): Uint8Array {
  return hash.sha256(concatBytes(bindingLabel, bound.nonce, bound.secret, bound.factsHash));
}

export const tpm2Certify: EvidenceFormat = {
  format: tpm2CertifyFormat,

  /**
   * Custody 3. Without nonce 1: nothing then says that the attestation key is this TPM's.
   * @throws NAT_EVIDENCE_MALFORMED, NAT_EVIDENCE_ROOT, NAT_EVIDENCE_CHAIN, NAT_EVIDENCE_REVOKED, NAT_EVIDENCE_SIGNATURE,
   * NAT_EVIDENCE_KEY, NAT_EVIDENCE_FRESHNESS, NAT_EVIDENCE_ATTRIBUTES
   */
  async verify(bytes, binding, context) {
    const statement = parseCertifyStatement(bytes);
    const [attestationKey, key] = [areaIn(statement, "attestationKey"), areaIn(statement, "key")];
    const attest = wellFormed("TPMS_ATTEST", () => parseCertifyAttest(statement.attest));
    requireAttestationKey(attestationKey);
    requireAttestedKey(key);
    requireBirthKey(key, binding);
    const endorsement = await verifyEndorsement(statement, tpm2CertifyFormat, context);
    requireActivation(statement, endorsement, binding);
    await requireSignature(statement, attestationKey, context);
    if (!equalBytes(attest.name, objectName(statement.key)))
      throw evidenceError("NAT_EVIDENCE_KEY", "the TPM certified another key, or this key with other attributes");
    requireFreshness(attest, binding, context);
    const { root, hardware } = endorsement;
    const details = detailsOf(endorsement, attest);
    return findingOf({ custody: 3, root, hardware, details }, binding, context.hash);
  },
};

function areaIn(statement: CertifyStatement, name: "attestationKey" | "key"): PublicArea {
  return wellFormed(name, () => parsePublicArea(statement[name]));
}

function requireBirthKey(key: PublicArea, { publicKey }: EvidenceBinding): void {
  if (
    !equalBytes(
      wellFormed("key", () => publicKeyOf(key)),
      publicKey,
    )
  )
    throw evidenceError("NAT_EVIDENCE_KEY", "the certified key is not the birth key");
}

/** The secret was opened for this endorsement key and this attestation key, and no others. */
function requireActivation(
  statement: CertifyStatement,
  { keyHash }: VerifiedEndorsement,
  binding: EvidenceBinding,
): void {
  const { nonce, activation } = binding;
  if (nonce === undefined) return;
  if (activation === undefined) throw evidenceError("NAT_EVIDENCE_FRESHNESS", "no credential was made for this nonce");
  if (!equalBytes(activation.endorsementKeyHash, keyHash))
    throw evidenceError("NAT_EVIDENCE_KEY", "the credential was made for another endorsement key");
  if (!equalBytes(activation.attestationKeyName, objectName(statement.attestationKey)))
    throw evidenceError("NAT_EVIDENCE_KEY", "the credential was made for another attestation key");
}

async function requireSignature(
  { attest, attestationKey, signature: bytes }: CertifyStatement,
  area: PublicArea,
  { verifier }: EvidenceContext,
): Promise<void> {
  const signature = wellFormed("TPMT_SIGNATURE", () => parseTpmSignature(bytes));
  const publicKey = wellFormed("attestationKey", () => publicKeyOf(area));
  const name = toHex(objectName(attestationKey).subarray(0, 10));
  if (signature.digest === "SHA-1") throw evidenceError("NAT_EVIDENCE_SIGNATURE", `key ${name} signs with SHA-1`);
  if (!(await isSignatureOf(signature, publicKey, attest, verifier)))
    throw evidenceError("NAT_EVIDENCE_SIGNATURE", `not by the attestation key ${name}`);
}

function requireFreshness({ extraData }: CertifyAttest, binding: EvidenceBinding, { hash }: EvidenceContext): void {
  const { nonce, activation, factsHash } = binding;
  if (nonce === undefined || activation === undefined) return;
  if (!equalBytes(extraData, certifyQualifyingData({ nonce, secret: activation.secret, factsHash }, hash)))
    throw evidenceError("NAT_EVIDENCE_FRESHNESS", "qualifyingData is of another nonce, secret or unit");
}

/** For people. */
function detailsOf(
  { template, keyHash, certificate }: VerifiedEndorsement,
  { firmwareVersion, clock, resetCount }: CertifyAttest,
): EvidenceFinding["details"] {
  return [
    ["endorsement key", `${template.title}, SHA-256 ${toHex(keyHash)}`],
    ["endorsement certificate", `serial number ${toHex(certificate.serialNumber)}`],
    ["firmware stated by the TPM", firmwareVersion.toString(16).padStart(16, "0")],
    ["TPM clock", `${clock} ms, ${resetCount} resets`],
  ];
}
