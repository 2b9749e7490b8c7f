// SPDX-License-Identifier: Apache-2.0
// Status from a state proof: it must be about the very certificate and key presented, whatever else it proves.

import type { Certificate } from "../formats/index.ts";
import { equalBytes, type Hash } from "../kernel/index.ts";
import { type ProofTrust, type VerifiedState, verifyStateProof } from "../registry/index.ts";
import type { DeviceIdentity } from "./device-identity.ts";
import { authenticateError } from "./errors.ts";
import type { Finding } from "./finding.ts";
import { clockToleranceSeconds } from "./status-findings.ts";

export interface StateProofFindingInput {
  readonly stateProof: Uint8Array;
  readonly certificate: Certificate;
  readonly identity: DeviceIdentity;
  readonly at: Date;
  /** Seconds. */
  readonly maxStateAge: number;
  readonly trust: ProofTrust;
}

/** @throws NAT_REGISTRY_STATE_PROOF, NAT_AUTHENTICATE_STATE_FOREIGN */
export async function findInStateProof(input: StateProofFindingInput): Promise<Finding> {
  const proven = await verifyStateProof(input.stateProof, input.trust);
  requireSameDevice(proven, input.identity, input.certificate, input.trust.hash);
  return {
    kind: "state-proof",
    about: "device",
    state: proven.state,
    since: new Date(proven.since),
    asOf: new Date(proven.time),
    fresh: isFresh(proven, input),
  };
}

function requireSameDevice(
  proven: VerifiedState,
  identity: DeviceIdentity,
  certificate: Certificate,
  hash: Hash,
): void {
  if (!equalBytes(proven.deviceId, identity.deviceId))
    throw authenticateError("NAT_AUTHENTICATE_STATE_FOREIGN", "it is of another device");
  if (!equalBytes(proven.keyHash, hash.sha256(certificate.publicKey)))
    throw authenticateError("NAT_AUTHENTICATE_STATE_FOREIGN", "it is of another key");
  if (!equalBytes(proven.certificateHash, hash.sha256(certificate.der)))
    throw authenticateError("NAT_AUTHENTICATE_STATE_FOREIGN", "it is of another certificate");
}

function isFresh({ time }: VerifiedState, { at, maxStateAge }: StateProofFindingInput): boolean {
  const seconds = (at.getTime() - time) / 1000;
  return seconds <= maxStateAge && seconds >= -clockToleranceSeconds;
}
