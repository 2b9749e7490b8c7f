// SPDX-License-Identifier: Apache-2.0
// One seal: is it really this device's statement, and are these the records it speaks for? COSE_Sign1 as RFC 9052
// section 4.4, Merkle root as RFC 9162 section 2.1.1.

import {
  hasLabels,
  headerLabels,
  parseSign1,
  parseX5t,
  rootOfLeaves,
  type Sign1,
  signedBytes,
  verifySign1,
} from "../formats/index.ts";
import { equalBytes, type Hash, type SignatureVerifier } from "../kernel/index.ts";
import { trustError } from "./errors.ts";
import { leafLength, splitLeaves } from "./record.ts";
import { parseSealPayload, type Seal, sealType } from "./seal.ts";
import { SealingCertificate } from "./sealing-certificate.ts";

/** A seal whose signature was checked. Can be had from `verifySeal` only. */
export class VerifiedSeal {
  readonly #verified = true;
  readonly seal: Seal;
  readonly sealedBy: SealingCertificate;
  /** SHA-256 of the Sig_structure: the next seal names it as its previous. */
  readonly digest: Uint8Array;

  constructor(fields: Pick<VerifiedSeal, "seal" | "sealedBy" | "digest">) {
    this.seal = fields.seal;
    this.sealedBy = fields.sealedBy;
    this.digest = fields.digest;
  }

  static isOne(value: unknown): value is VerifiedSeal {
    return typeof value === "object" && value !== null && #verified in value;
  }
}

/** Whether a value of unknown origin came from `verifySeal`: for callers without a type checker. */
export function isVerifiedSeal(value: unknown): value is VerifiedSeal {
  return VerifiedSeal.isOne(value);
}

export interface SealVerification {
  /** The COSE_Sign1. */
  readonly seal: Uint8Array;
  readonly sealedBy: SealingCertificate;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
  /** Leaf hashes of the batch's records, joined (`leavesOfRecords`); without them only the statement is verified. */
  readonly leaves?: Uint8Array;
}

const protectedLabels = [headerLabels.algorithm, headerLabels.type, headerLabels.x5t];

/**
 * @throws NAT_SEAL_TYPE, NAT_SEAL_CERTIFICATE, NAT_SEAL_FORM, NAT_SEAL_DEVICE, NAT_COSE_SIGNATURE, NAT_COSE_ALGORITHM,
 * with leaves NAT_SEAL_COUNT and NAT_SEAL_ROOT, and the NAT_COSE_ and NAT_CBOR_ errors of malformed bytes
 */
export async function verifySeal(input: SealVerification): Promise<VerifiedSeal> {
  const { sealedBy, verifier, hash } = input;
  if (!SealingCertificate.isOne(sealedBy)) throw trustError("NAT_SEAL_CERTIFICATE", "it was not checked");
  const sign1 = parseSign1(input.seal);
  requireSealHeader(sign1, sealedBy);
  const seal = parseSealPayload(sign1.payload);
  if (!equalBytes(seal.deviceId, sealedBy.deviceId)) throw trustError("NAT_SEAL_DEVICE", "field 1");
  await verifySign1(sign1, sealedBy.certificate.publicKey, verifier);
  if (input.leaves !== undefined) requireLeaves(seal, input.leaves, hash);
  return new VerifiedSeal({ seal, sealedBy, digest: hash.sha256(signedBytes(sign1)) });
}

/**
 * Requires joined leaf hashes to be those of the sealed batch.
 * @throws NAT_SEAL_COUNT, NAT_SEAL_ROOT, NAT_LEAVES_FORM
 */
export function verifyLeaves(verified: VerifiedSeal, leaves: Uint8Array, hash: Hash): void {
  requireLeaves(verified.seal, leaves, hash);
}

/** Exactly the three protected headers of a seal; unprotected ones are nobody's word and are not looked at. */
function requireSealHeader({ protectedHeader }: Sign1, sealedBy: SealingCertificate): void {
  if (protectedHeader.get(headerLabels.type) !== sealType) throw trustError("NAT_SEAL_TYPE", "another typ header");
  if (!hasLabels(protectedHeader, protectedLabels))
    throw trustError("NAT_SEAL_FORM", `protected headers ${[...protectedHeader.keys()].join(", ")}`);
  if (!equalBytes(parseX5t(protectedHeader.get(headerLabels.x5t)), sealedBy.fingerprint))
    throw trustError("NAT_SEAL_CERTIFICATE", "x5t is of another certificate");
}

function requireLeaves(seal: Seal, leaves: Uint8Array, hash: Hash): void {
  const hashes = splitLeaves(leaves);
  if (hashes.length !== seal.count) throw trustError("NAT_SEAL_COUNT", `${hashes.length} instead of ${seal.count}`);
  if (!equalBytes(rootOfLeaves(hashes, hash), seal.root))
    throw trustError("NAT_SEAL_ROOT", `records ${seal.first} to ${seal.first + leaves.length / leafLength - 1}`);
}
