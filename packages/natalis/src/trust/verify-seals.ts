// SPDX-License-Identifier: Apache-2.0
// Many seals of one device: each is verified, then they are put in their order (epoch, sequence number), and what is
// missing between them or told in two ways is found. Nothing here is thrown away in silence: an archive with a hole is
// still worth reading, so holes are reported and not refused.

import {
  equalBytes,
  type Hash,
  isNatalisError,
  type NatalisError,
  type SignatureVerifier,
  toHex,
} from "../kernel/index.ts";
import { trustError } from "./errors.ts";
import type { SealingCertificate } from "./sealing-certificate.ts";
import { isVerifiedSeal, type VerifiedSeal, verifySeal } from "./verify-seal.ts";

export type SealFinding =
  /** The seal at this position among those given is not authentic. */
  | { readonly kind: "invalid"; readonly index: number; readonly error: NatalisError }
  /** The seal at this position states what one before it did. */
  | { readonly kind: "repeated"; readonly index: number }
  /** No seal speaks for the records from one sequence number to the other, both included. */
  | { readonly kind: "gap"; readonly epoch: number; readonly from: number; readonly to: number }
  /** There is no seal of these epochs, both included. */
  | { readonly kind: "missing-epochs"; readonly from: number; readonly to: number }
  /** The device, or somebody with its key, told two stories. */
  | { readonly kind: "fork"; readonly epoch: number; readonly first: number; readonly because: ForkReason };

export type ForkReason =
  /** Two different seals have a sequence number in common. */
  | "overlap"
  /** The seal follows another one than the one before it. */
  | "previous"
  /** The seal knows a later checkpoint than the first seal of a later epoch. */
  | "checkpoint";

export interface SealHistory {
  /** Authentic seals in their order, each statement once. */
  readonly seals: readonly VerifiedSeal[];
  /** Empty where the seals are one unbroken history. */
  readonly findings: readonly SealFinding[];
}

export interface SealsVerification {
  readonly seals: readonly Uint8Array[];
  readonly sealedBy: SealingCertificate;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
  /** The last seal known so far: the new ones must follow it. Without it a history may start anywhere. */
  readonly after?: VerifiedSeal;
}

/** Never throws for what the seals are: that is in the findings. @throws NAT_SEAL_DEVICE for an `after` of another device */
export async function verifySeals(input: SealsVerification): Promise<SealHistory> {
  requireSameDevice(input);
  const { verified, findings } = await verifyEach(input);
  const known = input.after === undefined ? verified : [input.after, ...verified];
  const ordered = known.toSorted((a, b) => a.seal.epoch - b.seal.epoch || a.seal.first - b.seal.first);
  let reach: Reach | undefined;
  for (const next of ordered) {
    if (reach !== undefined)
      findings.push(...(reach.epoch === next.seal.epoch ? checkSequence(reach, next) : checkEpochs(reach, next)));
    reach = reachWith(reach, next);
  }
  findings.push(...checkCheckpoints(ordered));
  return { seals: ordered.filter((seal) => seal !== input.after), findings };
}

/** How far the seals of an epoch go, so that a fork is not taken for a gap behind the shorter of its branches. */
interface Reach {
  readonly epoch: number;
  /** The first sequence number that no seal so far speaks for. */
  readonly end: number;
  /** Digests of the seals that end there; more than one where there is a fork. */
  readonly ends: readonly Uint8Array[];
}

function reachWith(reach: Reach | undefined, { seal, digest }: VerifiedSeal): Reach {
  const end = seal.first + seal.count;
  if (reach?.epoch !== seal.epoch || end > reach.end) return { epoch: seal.epoch, end, ends: [digest] };
  return end === reach.end ? { ...reach, ends: [...reach.ends, digest] } : reach;
}

function requireSameDevice({ after, sealedBy }: SealsVerification): void {
  if (after !== undefined && !(isVerifiedSeal(after) && equalBytes(after.seal.deviceId, sealedBy.deviceId)))
    throw trustError("NAT_SEAL_DEVICE", "the seal to follow");
}

async function verifyEach(input: SealsVerification): Promise<{ verified: VerifiedSeal[]; findings: SealFinding[] }> {
  const verified: VerifiedSeal[] = [];
  const findings: SealFinding[] = [];
  const seen = new Set(input.after === undefined ? [] : [toHex(input.after.digest)]);
  for (const [index, bytes] of input.seals.entries()) {
    try {
      const seal = await verifySeal({ ...input, seal: bytes });
      if (seen.size === seen.add(toHex(seal.digest)).size) findings.push({ kind: "repeated", index });
      else verified.push(seal);
    } catch (error) {
      if (!isNatalisError(error)) throw error;
      findings.push({ kind: "invalid", index, error });
    }
  }
  return { verified, findings };
}

/** Within an epoch: the next number, and the hash of a seal before. */
function checkSequence(before: Reach, { seal }: VerifiedSeal): SealFinding[] {
  const { epoch, first, previous } = seal;
  const due = before.end;
  if (first < due) return [{ kind: "fork", epoch, first, because: "overlap" }];
  if (first > due) return [{ kind: "gap", epoch, from: due, to: first - 1 }];
  const follows = previous !== undefined && before.ends.some((digest) => equalBytes(previous, digest));
  return follows ? [] : [{ kind: "fork", epoch, first, because: "previous" }];
}

/** A new epoch is the last plus one and starts at sequence number 0. */
function checkEpochs(before: Reach, { seal }: VerifiedSeal): SealFinding[] {
  const { epoch, first } = seal;
  const findings: SealFinding[] = [];
  const due = before.epoch + 1;
  if (epoch > due) findings.push({ kind: "missing-epochs", from: due, to: epoch - 1 });
  if (first > 0) findings.push({ kind: "gap", epoch, from: 0, to: first - 1 });
  return findings;
}

/**
 * Once an epoch began, the ones before it are over: a seal of theirs that knows a later checkpoint than the new epoch's
 * first was made by somebody else with the key.
 */
function checkCheckpoints(seals: readonly VerifiedSeal[]): SealFinding[] {
  const findings: SealFinding[] = [];
  let [epoch, epochStart, laterStart] = [-1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { seal } of seals.toReversed()) {
    if (seal.epoch !== epoch) {
      laterStart = Math.min(laterStart, epochStart);
      [epoch, epochStart] = [seal.epoch, Number.POSITIVE_INFINITY];
    }
    const known = seal.checkpoint?.size ?? 0;
    if (known > laterStart) findings.push({ kind: "fork", epoch, first: seal.first, because: "checkpoint" });
    if (seal.first === 0) epochStart = Math.min(epochStart, known);
  }
  return findings.toReversed();
}
