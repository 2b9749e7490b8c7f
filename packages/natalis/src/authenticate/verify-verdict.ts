// SPDX-License-Identifier: Apache-2.0
// What a third party does with a verdict: it trusts the roots of its trust file, and nobody who hands the verdict on.

import {
  hasLabels,
  headerLabels,
  oidsOf,
  parseCertificate,
  parseSign1,
  parseX5chain,
  parseX5t,
  type Sign1,
  verifySign1,
} from "../formats/index.ts";
import { equalBytes, type Hash, type SignatureVerifier } from "../kernel/index.ts";
import { validatePath } from "../path/index.ts";
import type { TrustFile } from "../registry/index.ts";
import { authenticateError } from "./errors.ts";
import { parseVerdict, type Verdict, verdictType } from "./verdict.ts";

export interface VerdictRequest {
  /** The COSE_Sign1. */
  readonly verdict: Uint8Array;
  /** Who relies on it. */
  readonly audience: string;
  /** Where given: the nonce of the challenge that this party itself gave out, so that an older verdict is no use. */
  readonly nonce?: Uint8Array | undefined;
  readonly trust: TrustFile;
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

declare const verified: unique symbol;

/** A verdict that was verified; only `verifyVerdict` makes one. */
export interface VerifiedVerdict extends Verdict {
  readonly [verified]: true;
}

const longestMessage = 1 << 16;
const protectedLabels = [headerLabels.algorithm, headerLabels.type, headerLabels.x5t];
/** Clocks of the service and of the relying party may differ by this much, milliseconds. */
const clockTolerance = 60_000;

/**
 * @throws NAT_AUTHENTICATE_VERDICT, NAT_AUTHENTICATE_AUDIENCE, NAT_AUTHENTICATE_VERDICT_EXPIRED, NAT_COSE_SIGNATURE,
 * NAT_PATH_ codes of the service's certificate, and the codes of malformed messages
 */
export async function verifyVerdict(request: VerdictRequest): Promise<VerifiedVerdict> {
  if (request.verdict.length > longestMessage) throw refusal(`${request.verdict.length} bytes`);
  const sign1 = parseSign1(request.verdict);
  if (sign1.protectedHeader.get(headerLabels.type) !== verdictType) throw refusal("its typ is not that of verdicts");
  if (!hasLabels(sign1.protectedHeader, protectedLabels))
    throw refusal("its protected headers are not algorithm, typ and x5t");
  await verifySign1(sign1, await servicePublicKey(sign1, request), request.verifier);
  const verdict = parseVerdict(sign1.payload);
  requireMeant(verdict, request);
  requireTime(verdict, request.at);
  return verdict as VerifiedVerdict;
}

/** The key of the certificate that the signed header names, once its path holds for this purpose. */
async function servicePublicKey(sign1: Sign1, { trust, at, verifier, hash }: VerdictRequest): Promise<Uint8Array> {
  const fingerprint = parseX5t(sign1.protectedHeader.get(headerLabels.x5t));
  const presented = parseX5chain(sign1.unprotectedHeader.get(headerLabels.x5chain));
  const named = presented.find((der) => equalBytes(hash.sha256(der), fingerprint));
  if (named === undefined) throw refusal("the certificate that it names does not travel with it");
  const intermediates = presented.filter((der) => der !== named).map((der) => parseCertificate(der));
  const { verdict: purpose, station: extension } = oidsOf(trust.arc);
  const certificate = parseCertificate(named);
  const stations = { extension, provisional: "refuse" } as const;
  await validatePath({ certificate, intermediates, anchors: trust.roots, at, purpose, stations, verifier });
  return certificate.publicKey;
}

function requireMeant(verdict: Verdict, { audience, nonce }: VerdictRequest): void {
  if (verdict.audience !== audience)
    throw authenticateError("NAT_AUTHENTICATE_AUDIENCE", "the verdict is for another audience");
  if (nonce !== undefined && !equalBytes(verdict.nonce, nonce)) throw refusal("it is on another challenge");
}

function requireTime({ authenticatedAt, validUntil }: Verdict, at: Date): void {
  if (!(at.getTime() < validUntil.getTime()))
    throw authenticateError("NAT_AUTHENTICATE_VERDICT_EXPIRED", `at ${validUntil.toISOString()}`);
  if (authenticatedAt.getTime() > at.getTime() + clockTolerance) throw refusal("it comes from the future");
}

function refusal(what: string): Error {
  return authenticateError("NAT_AUTHENTICATE_VERDICT", what);
}
