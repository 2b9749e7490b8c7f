// SPDX-License-Identifier: Apache-2.0
// RFC 6960 4.2.2.2: who may sign a response. It is the issuer of the certificate, or a responder that the issuer
// delegated: one whose certificate the same key signed and that names id-kp-OCSPSigning. Nobody else is believed, and
// no responder for itself.

import {
  type Certificate,
  findExtension,
  type OcspResponse,
  oids,
  parseCertificate,
  parseExtendedKeyUsage,
  parseKeyUsage,
  publicKeyBits,
  type ResponderId,
  sameName,
} from "../../formats/index.ts";
import { equalBytes, type NatalisError, portableDigests, toHex } from "../../kernel/index.ts";
import { costOfSearch } from "../budget.ts";
import { once } from "../names/certificate-names.ts";
import { paidSignatureFault } from "../paid-signature.ts";
import type { StatusQuestion } from "../status/question.ts";
import { ranked } from "../status/rank.ts";
import { refusalOf } from "../status/refusal.ts";
import { ocspError } from "./errors.ts";

/**
 * @throws NAT_OCSP_RESPONDER, NAT_OCSP_DELEGATION, NAT_OCSP_ALGORITHM, NAT_OCSP_WEAK, NAT_OCSP_SIGNATURE,
 * NAT_OCSP_SIGNER, NAT_PATH_BUDGET
 */
export async function checkResponder(response: OcspResponse, question: StatusQuestion): Promise<void> {
  const causes: NatalisError[] = [];
  for (const responder of possibleResponders(response, question, causes)) {
    try {
      await (equalBytes(responder.der, question.issuer.der)
        ? checkSignature(response, responder, question)
        : checkDelegate(response, responder, question));
      return;
    } catch (error) {
      causes.push(refusalOf(error));
    }
  }
  throw ranked(causes)[0] ?? ocspError("NAT_OCSP_RESPONDER", describe(response.responder));
}

/** The issuer first, then those that came with the response, then all others, as far as the response names them. */
function* possibleResponders(
  { responder, certificates }: OcspResponse,
  { issuer, candidates, budget }: StatusQuestion,
  causes: NatalisError[],
): Generator<Certificate, void> {
  if (isNamed(issuer, responder)) yield issuer;
  const others = [...readable(certificates, causes), ...candidates];
  budget.spend("names", responder.byName ? costOfSearch(responder.byName, others.length) : others.length);
  for (const certificate of others) {
    if (!isNamed(certificate, responder) || equalBytes(certificate.der, issuer.der)) continue;
    budget.spend("paths", 1);
    yield certificate;
  }
}

/** A certificate that cannot be read is no responder's; it may be none of those that matter. */
function readable(certificates: readonly Uint8Array[], causes: NatalisError[]): Certificate[] {
  return certificates.flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      causes.push(ocspError("NAT_OCSP_RESPONDER", "a certificate of the response is malformed", refusalOf(error)));
      return [];
    }
  });
}

function isNamed(certificate: Certificate, { byName, byKey }: ResponderId): boolean {
  return byName === undefined ? equalBytes(byKey, keyHashOf(certificate)) : sameName(byName, certificate.subject);
}

/** Each response asks it of each candidate. */
const keyHashOf = once(({ publicKey }: Certificate) => portableDigests["SHA-1"](publicKeyBits(publicKey)));

async function checkSignature(response: OcspResponse, responder: Certificate, question: StatusQuestion): Promise<void> {
  const fault = await paidSignatureFault(response, responder, question);
  if (fault !== undefined) throw ocspError(faultCodes[fault], `response of ${response.producedAt.toISOString()}`);
}

const faultCodes = { algorithm: "NAT_OCSP_ALGORITHM", weak: "NAT_OCSP_WEAK", signature: "NAT_OCSP_SIGNATURE" } as const;

async function checkDelegate(response: OcspResponse, delegate: Certificate, question: StatusQuestion): Promise<void> {
  requireDelegation(delegate, question);
  await checkSignature(response, delegate, question);
  const fault = await paidSignatureFault(delegate, question.issuer, question);
  if (fault !== undefined) throw ocspError("NAT_OCSP_DELEGATION", `${labelOf(delegate)} is not signed by the issuer`);
  try {
    await question.validateSigner(delegate, !isUnchecked(delegate));
  } catch (error) {
    throw ocspError("NAT_OCSP_SIGNER", labelOf(delegate), refusalOf(error));
  }
}

function requireDelegation(delegate: Certificate, { certificate, issuer }: StatusQuestion): void {
  if (equalBytes(delegate.publicKey, certificate.publicKey))
    throw ocspError("NAT_OCSP_DELEGATION", "it is signed by the key in question");
  if (!sameName(delegate.issuer, issuer.subject))
    throw ocspError("NAT_OCSP_DELEGATION", `${labelOf(delegate)} is of another issuer`);
  const purposes = findExtension(delegate, oids.extendedKeyUsage);
  if (purposes === undefined || !parseExtendedKeyUsage(purposes.value).includes(oids.ocspSigning))
    throw ocspError("NAT_OCSP_DELEGATION", `${labelOf(delegate)} is not for signing OCSP responses`);
  const usage = findExtension(delegate, oids.keyUsage);
  const usages = usage && parseKeyUsage(usage.value);
  if (usages !== undefined && !usages.has("digitalSignature") && !usages.has("nonRepudiation"))
    throw ocspError("NAT_OCSP_DELEGATION", `${labelOf(delegate)} is not for signatures`);
}

const encodedNull = Uint8Array.of(0x05, 0x00);

/** id-pkix-ocsp-nocheck (4.2.2.2.1): the issuer says that this certificate's own status need not be asked. */
function isUnchecked(delegate: Certificate): boolean {
  const extension = findExtension(delegate, oids.ocspNoCheck);
  return extension !== undefined && equalBytes(extension.value, encodedNull);
}

function labelOf({ serialNumber }: Certificate): string {
  return `certificate ${toHex(serialNumber)}`;
}

function describe({ byKey }: ResponderId): string {
  return byKey === undefined ? "named by its subject" : `of key ${toHex(byKey)}`;
}
