// SPDX-License-Identifier: Apache-2.0
// Beginning a birth whose evidence is to come: a nonce for unit and key, and for a TPM a credential that only it can
// open. What was begun is kept where all processes of the registry can take it, once.

import { nodeCredentialCryptography, nodeEntropy, nodeHash } from "@natalis/node";
import {
  type AttestationRequest,
  type AttestationStore,
  beginAttestation,
  type OpenAttestation,
  type Principal,
} from "natalis/birth";
import type { Profile } from "natalis/issue";
import { type Clock, equalBytes } from "natalis/kernel";
import {
  type AttestationClaim,
  type Credential,
  type EvidenceContext,
  type NewActivation,
  parsePublicArea,
  publicKeyOf,
  startActivation,
} from "natalis/protect";
import { serviceError } from "./errors.ts";

/** What a device shows of its TPM. */
export interface TpmClaim extends AttestationClaim {
  /** TPMT_PUBLIC of the birth key. */
  readonly key: Uint8Array;
}

export interface AttestationInput extends AttestationRequest {
  readonly product: string;
  readonly tpm?: TpmClaim;
}

export interface BegunAttestation {
  readonly attestation: OpenAttestation;
  /** For the TPM to open. */
  readonly credential?: Credential;
}

export interface AttestationsContext {
  readonly attestations: AttestationStore;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** What evidence is held against now. */
  readonly evidence: () => Omit<EvidenceContext, "at">;
  readonly clock: Clock;
}

const activationPorts = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };

export class Attestations {
  readonly #context: AttestationsContext;

  constructor(context: AttestationsContext) {
    this.#context = context;
  }

  /**
   * @throws NAT_SERVICE_NOT_FOUND for an unknown product, NAT_SERVICE_REQUEST where the TPM's key is not the birth key,
   * what `beginAttestation` refuses of who asks and for which unit, and what `startActivation` does of the TPM
   */
  async begin(principal: Principal, { product, tpm, ...request }: AttestationInput): Promise<BegunAttestation> {
    const { profiles, attestations, clock } = this.#context;
    const profile = profiles.get(product);
    if (profile === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
    const at = clock.now();
    const begun = await beginAttestation(request, { principal, profile, at, entropy: nodeEntropy, hash: nodeHash });
    const started = tpm && (await this.#activate(tpm, request.publicKey, at));
    const attestation = { ...begun, ...(started && { activation: started.activation }) };
    await attestations.put(attestation);
    return { attestation, ...(started && { credential: started.credential }) };
  }

  async #activate({ key, ...claim }: TpmClaim, publicKey: Uint8Array, at: Date): Promise<NewActivation> {
    if (!equalBytes(publicKeyOf(parsePublicArea(key)), publicKey))
      throw serviceError("NAT_SERVICE_REQUEST", "the TPM's key is not the birth key");
    return startActivation(claim, { ...this.#context.evidence(), at }, activationPorts);
  }
}
