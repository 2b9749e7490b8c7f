// SPDX-License-Identifier: Apache-2.0
// What a certificate revocation list says of a certificate (RFC 5280 section 6.3.3), for the lists that our
// authorities sign: complete for their scope, by the certificate's own issuer, partitioned by a critical issuing
// distribution point that stands in the certificate. Delta, indirect and some-reasons lists are refused.

import { type Certificate, type CertificateList, crlReasons, type RevokedCertificate } from "../../formats/index.ts";
import { equalBytes, type SignatureVerifier } from "../../kernel/index.ts";
import type { Strength } from "../signature-fault.ts";
import { requireCurrent } from "./currency.ts";
import { checkListExtensions } from "./extensions.ts";
import { checkListIssuer, isOfIssuer } from "./issuer.ts";
import { checkScope, isInScope } from "./scope.ts";
import { checkListSignature } from "./signature.ts";

export interface CertificateListRequest {
  readonly list: CertificateList;
  /** The certificate in question. */
  readonly certificate: Certificate;
  /** The certificate above it in its verified path. */
  readonly issuer: Certificate;
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  /** "legacy" takes SHA-1 and RSA of 1024 to 2047 bits; absent: "current". */
  readonly strength?: Strength | undefined;
}

export type CrlStatus =
  /** `asOf` is the list's thisUpdate. */
  | { readonly state: "good"; readonly asOf: Date }
  | {
      readonly state: "revoked";
      /** CRLReason (RFC 5280 5.3.1). A hold (6) may be lifted, everything else is final. */
      readonly reason: number;
      readonly revokedAt: Date;
      readonly invalidityDate?: Date;
      readonly asOf: Date;
    };

/** Whether the list claims to speak of this certificate. Nothing is verified: it only picks the lists worth checking. */
export function isListFor(list: CertificateList, certificate: Certificate): boolean {
  return isOfIssuer(list, certificate) && isInScope(list, certificate);
}

/**
 * What an authentic list says. A final revocation holds whatever the list's age; that a certificate is good or only
 * on hold needs a current list.
 * @throws NAT_CRL_ codes; NAT_ALGORITHM_ codes, and NAT_X509_ and NAT_DER_ codes of malformed extensions
 */
export async function checkCertificateList(request: CertificateListRequest): Promise<CrlStatus> {
  const { list, certificate, issuer, at, verifier, strength = "current" } = request;
  checkListIssuer(list, certificate, issuer);
  checkListExtensions(list);
  checkScope(list, certificate);
  await checkListSignature(list, issuer, verifier, strength);
  const entry = entryOf(list, certificate);
  if (entry === undefined || isHold(entry)) requireCurrent(list, at);
  return entry === undefined ? { state: "good", asOf: list.thisUpdate } : revokedBy(entry, list);
}

/** The gravest entry, should the list name the certificate more than once. */
function entryOf({ revoked }: CertificateList, { serialNumber }: Certificate): RevokedCertificate | undefined {
  const entries = revoked.filter((entry) => equalBytes(entry.serialNumber, serialNumber));
  return entries.find((entry) => !isHold(entry)) ?? entries[0];
}

function isHold({ reason }: RevokedCertificate): boolean {
  return reason === crlReasons.certificateHold;
}

function revokedBy(entry: RevokedCertificate, { thisUpdate }: CertificateList): CrlStatus {
  const { reason = crlReasons.unspecified, revocationDate, invalidityDate } = entry;
  return {
    state: "revoked",
    reason,
    revokedAt: revocationDate,
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
    asOf: thisUpdate,
  };
}
