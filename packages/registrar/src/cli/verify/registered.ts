// SPDX-License-Identifier: Apache-2.0
// Certificates that a station issued hold only with proof that they are registered: a birth's receipt, or a state proof.
// Which extension says that they are a station's, and whose log counts, the trust file tells.

import { nodeHash } from "@natalis/node";
import { type Certificate, oidsOf } from "natalis/formats";
import { equalBytes, type SignatureVerifier } from "natalis/kernel";
import type { StationRule } from "natalis/path";
import { type TrustFile, verifyBirthReceipt, verifyStateProof } from "natalis/registry";
import { clientError } from "../errors.ts";

export interface Registration {
  readonly trust: TrustFile;
  readonly receipt?: Uint8Array | undefined;
  readonly stateProof?: Uint8Array | undefined;
}

/**
 * What a path through a station's authority means here. @throws NAT_REGISTRY_RECEIPT, NAT_REGISTRY_STATE_PROOF of a proof
 * that does not hold; NAT_CLIENT_QUESTION of one that is about another certificate; NAT_CLIENT_STATE of a device that is not active
 */
export async function stationRule(
  registration: Registration | undefined,
  certificate: Certificate,
  verifier: SignatureVerifier,
): Promise<StationRule | undefined> {
  if (registration === undefined) return undefined;
  const { station: extension } = oidsOf(registration.trust.arc);
  return { extension, provisional: (await isRegistered(registration, certificate, verifier)) ? "accept" : "refuse" };
}

async function isRegistered(
  { trust, receipt, stateProof }: Registration,
  { der }: Certificate,
  verifier: SignatureVerifier,
): Promise<boolean> {
  const proofTrust = { policy: trust.log, verifier, hash: nodeHash };
  if (receipt !== undefined) await verifyBirthReceipt(receipt, der, proofTrust);
  if (stateProof !== undefined) {
    const { certificateHash, state } = await verifyStateProof(stateProof, proofTrust);
    if (!equalBytes(certificateHash, nodeHash.sha256(der)))
      throw clientError("NAT_CLIENT_QUESTION", "the state proof is about another certificate");
    if (state !== "active") throw clientError("NAT_CLIENT_STATE", state);
  }
  return receipt !== undefined || stateProof !== undefined;
}
