// SPDX-License-Identifier: Apache-2.0
// The first round trip of a TPM's evidence: the device shows its endorsement key and its attestation key, and gets a
// secret that only the TPM with both can open. What was opened goes into the evidence (DESIGN 5).

import type { Entropy } from "../../kernel/index.ts";
import { wellFormed } from "../refusal.ts";
import type { EvidenceBinding, EvidenceContext } from "../evidence.ts";
import { type EndorsementClaim, verifyEndorsement } from "./endorsement.ts";
import { type Credential, type CredentialCryptography, makeCredential } from "./make-credential.ts";
import { requireAttestationKey } from "./object-rules.ts";
import { parsePublicArea } from "./public-area.ts";
import { objectName } from "./public-key.ts";
import { tpm2CertifyFormat } from "./format-names.ts";

export interface AttestationClaim extends EndorsementClaim {
  /** TPMT_PUBLIC */
  readonly attestationKey: Uint8Array;
}

/** What the service keeps, with the nonce, until the evidence comes. */
export type Activation = NonNullable<EvidenceBinding["activation"]>;

export interface NewActivation {
  /** For the device. */
  readonly credential: Credential;
  readonly activation: Activation;
}

const secretOctets = 32;

/**
 * @throws as `verifyEndorsement`, and NAT_EVIDENCE_ATTRIBUTES of an attestation key that signs more than what the TPM
 * says
 */
export async function startActivation(
  claim: AttestationClaim,
  context: EvidenceContext,
  ports: { readonly entropy: Entropy; readonly cryptography: CredentialCryptography },
): Promise<NewActivation> {
  const { area, keyHash } = await verifyEndorsement(claim, tpm2CertifyFormat, context);
  const { attestationKey } = claim;
  requireAttestationKey(wellFormed("the attestation key", () => parsePublicArea(attestationKey)));
  const attestationKeyName = objectName(attestationKey);
  const secret = ports.entropy.bytes(secretOctets);
  const credential = await makeCredential(area, attestationKeyName, secret, ports);
  return { credential, activation: { secret, attestationKeyName, endorsementKeyHash: keyHash } };
}
