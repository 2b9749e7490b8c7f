// SPDX-License-Identifier: Apache-2.0
// The formats of evidence that births may bring (DESIGN 5), each with the roots that it may end in and the revocation
// lists that are known, in a form that threads can pass on. Of `birth` and `protect` neither knows the other: here the
// formats of the one become the verifiers of the other.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { type EvidenceVerifier, pkcs11DeclaredVerifier } from "natalis/birth";
import { type Certificate, parseCertificate, parseCertificateList, tpmCertificateTolerance } from "natalis/formats";
import {
  androidKey,
  type Custody,
  dice,
  eat,
  type EvidenceContext,
  type EvidenceFormat,
  parseAndroidStatusList,
  secureElementManifestFormat,
  tpm2Certify,
  tpm2CertifyFormat,
  vendorIdevid,
  webauthnTpm,
  webauthnTpmFormat,
  withCertifications,
  x509Attestation,
  yubikeyPiv,
} from "natalis/protect";

import { EndorsementFile } from "./endorsement-file.ts";

/** A root that evidence may end in. */
export interface SharedRoot {
  readonly name: string;
  readonly format: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** The most that it can prove. */
  readonly cap: Custody;
  /** It would prove less by itself. */
  readonly capLifted: boolean;
}

/** What evidence is held against. */
export interface SharedEvidence {
  readonly roots: readonly SharedRoot[];
  /** Certificate revocation lists, DER. */
  readonly lists: readonly Uint8Array[];
  /** Google's list of revoked attestation keys, JSON. Absent: none is known. */
  readonly androidStatusList?: string;
  /** Where the manifests are that were imported. Absent: none was. */
  readonly endorsements?: string;
}

/** Without roots no format proves more than a device's word. */
export const noEvidence: SharedEvidence = { roots: [], lists: [] };

/** One for each format that is known. @throws NAT_X509_…, NAT_DER_…, NAT_EVIDENCE_MALFORMED where what is shared is not sound */
export function evidenceVerifiers(shared: SharedEvidence): readonly EvidenceVerifier[] {
  const known = contextOf(shared);
  const verifierOf = (one: EvidenceFormat): EvidenceVerifier => ({
    format: one.format,
    verify: (statement, binding, at) => one.verify(statement, binding, { ...known, at }),
  });
  const formats = formatsOf(shared, known).map((format) => verifierOf(withCertifications(format)));
  return [pkcs11DeclaredVerifier(nodeHash), ...formats];
}

/** All but the time, which is each verification's own. */
export function contextOf({ roots, lists }: SharedEvidence): Omit<EvidenceContext, "at"> {
  return {
    roots: roots.map(({ name, format, certificate, cap, capLifted }) => {
      const parsed = parseRoot(format, certificate);
      return { name, certificate: parsed, formats: [format], cap, ...(capLifted && { capLifted }) };
    }),
    lists: lists.map((der) => parseCertificateList(der)),
    hash: nodeHash,
    verifier: nodeSignatureVerifier,
  };
}

/** A certificate of a root, as read as its format's makers write them. @throws NAT_X509_…, NAT_DER_… */
export function parseRoot(format: string, der: Uint8Array): Certificate {
  const isTpm = format === tpm2CertifyFormat || format === webauthnTpmFormat;
  return parseCertificate(der, isTpm ? tpmCertificateTolerance : undefined);
}

function formatsOf(
  { androidStatusList, endorsements: path }: Pick<SharedEvidence, "androidStatusList" | "endorsements">,
  known: Omit<EvidenceContext, "at">,
): readonly EvidenceFormat[] {
  const endorsed = path === undefined ? {} : { endorsements: new EndorsementFile(path, known) };
  const statusList = androidStatusList === undefined ? new Map() : parseAndroidStatusList(androidStatusList);
  const vendors = [yubikeyPiv, androidKey({ statusList })];
  return [tpm2Certify, webauthnTpm, vendorIdevid(endorsed), x509Attestation(vendors), eat(endorsed), dice()];
}

/** Formats whose statements, or whose makers' manifests, may end in a root. */
export const rootedFormats: readonly string[] = [
  ...formatsOf({}, contextOf(noEvidence)).map(({ format }) => format),
  secureElementManifestFormat,
];
