// SPDX-License-Identifier: Apache-2.0
// A verdict as data, for `--json` and for the lines that people read: certificates by their names (RFC 4514), serial
// numbers, keys and the files they came from.

import { type Certificate, formatName, readKeyFacts } from "natalis/formats";
import { isNatalisError, toHex } from "natalis/kernel";
import type { CertificateStatus } from "natalis/path";
import type { Refusal, Verdict } from "./judge.ts";
import { sentenceOf, sentenceOfPath } from "./sentence.ts";

/** Where a certificate came from. */
export interface Place {
  readonly file: string;
  /** Among the certificates of the file, from 1. */
  readonly position: number;
}

export interface CertificateView {
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  readonly file: string | null;
  readonly position: number | null;
}

export interface FaultView extends Partial<CertificateView> {
  /** Among the certificates given, anchors apart; 0 is the one in question. Null for an anchor. */
  readonly index: number | null;
}

export interface VerdictView {
  readonly valid: boolean;
  readonly code: string | null;
  /** One sentence. */
  readonly reason: string;
  readonly certificate: FaultView | null;
  /** The certificate in question first, the anchor last; empty unless it is valid. */
  readonly path: readonly CertificateView[];
  /** OIDs of the policies under which it is valid. */
  readonly policies: readonly string[];
  /** Of each certificate of the path but the anchor; empty where status was not asked. */
  readonly status: readonly StatusView[];
}

export interface StatusView {
  readonly state: CertificateStatus["state"];
  readonly source?: "crl" | "ocsp";
  readonly asOf?: string;
  /** CRLReason (RFC 5280 5.3.1). */
  readonly reason?: number;
  readonly revokedAt?: string;
  readonly invalidityDate?: string;
  /** Why what was given says nothing. */
  readonly causes?: readonly string[];
}

/** Where the given certificates came from: the chain's in its order, and any by identity. */
export interface Places {
  readonly chain: readonly Place[];
  of(certificate: Certificate): Place | undefined;
}

export function viewOf(verdict: Verdict, places: Places): VerdictView {
  if (!verdict.valid) return refusalView(verdict, places);
  const { path } = verdict;
  return {
    valid: true,
    code: null,
    reason: sentenceOfPath(path),
    certificate: null,
    path: path.certificates.map((certificate) => certificateView(certificate, places.of(certificate))),
    policies: path.policies,
    status: (path.statuses ?? []).map(statusView),
  };
}

function refusalView(refusal: Refusal, places: Places): VerdictView {
  const { code } = refusal.error;
  const certificate = faultView(refusal, places);
  return { valid: false, code, reason: sentenceOf(refusal.error), certificate, path: [], policies: [], status: [] };
}

function faultView({ certificate, index }: Refusal, places: Places): FaultView | null {
  if (certificate === undefined && index === undefined) return null;
  const place = index === undefined ? certificate && places.of(certificate) : places.chain[index];
  const facts = certificate === undefined ? place : certificateView(certificate, place);
  return { index: index ?? null, ...facts };
}

function certificateView(certificate: Certificate, place: Place | undefined): CertificateView {
  return {
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    serial: toHex(certificate.serialNumber),
    notBefore: instantText(certificate.notBefore),
    notAfter: instantText(certificate.notAfter),
    key: keyText(certificate.publicKey),
    file: place?.file ?? null,
    position: place?.position ?? null,
  };
}

/** RFC 3339, without a fraction where it is none. */
export function instantText(instant: Date): string {
  return instant.toISOString().replace(".000Z", "Z");
}

/** The algorithm, and the size where it does not say it. */
function keyText(publicKey: Uint8Array): string {
  try {
    const { kind, bits } = readKeyFacts(publicKey);
    return kind === "RSA" ? `RSA ${bits}` : kind;
  } catch (error) {
    if (isNatalisError(error)) return "unknown";
    throw error;
  }
}

function statusView(status: CertificateStatus): StatusView {
  if (status.state === "unknown") return { state: status.state, causes: status.causes.map(sentenceOf) };
  const { state, source, asOf } = status;
  const found = { state, source, asOf: instantText(asOf) };
  if (status.state === "good") return found;
  const { reason, revokedAt, invalidityDate } = status;
  const invalid = invalidityDate === undefined ? {} : { invalidityDate: instantText(invalidityDate) };
  return { ...found, reason, revokedAt: instantText(revokedAt), ...invalid };
}
