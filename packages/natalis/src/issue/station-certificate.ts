// SPDX-License-Identifier: Apache-2.0
// The certificate of a station's authority: what it issues while the line has no connection is provisional, which a
// critical extension says. Its names are constrained to the product line (RFC 5280 section 4.2.1.10), it certifies end
// entities alone (section 4.2.1.9), and it signs no revocation lists.

import {
  encodeBasicConstraints,
  encodeStationExtension,
  encodeTbsCertificate,
  keyIdentifier,
  oids,
  type StationExtension,
} from "../formats/index.ts";
import type { Authority } from "./authority.ts";
import { type AuthorityName, encodeAuthorityName } from "./authority-certificate.ts";
import { issueError } from "./errors.ts";
import { critical, issuerExtensions, keyUsageExtension, policyExtension, subjectKeyExtension } from "./extensions.ts";
import { type PreparedCertificate, prepareTbs } from "./prepared.ts";
import type { Profile } from "./profile.ts";
import { encodeStationConstraints } from "./station-constraints.ts";
import { validityFrom, wholeSecond } from "./validity.ts";

export interface StationCertificateInput {
  /** The issuing authority. */
  readonly authority: Authority;
  /** The product line that it bears units of. */
  readonly profile: Profile;
  readonly name: AuthorityName;
  /** DER SubjectPublicKeyInfo of the station's key. */
  readonly publicKey: Uint8Array;
  /** As `newSerial` gives them. */
  readonly serialNumber: Uint8Array;
  /** Of the certificate; milliseconds are dropped. */
  readonly at: Date;
  /** When births may be, both included; milliseconds are dropped. */
  readonly window: Pick<StationExtension, "notBefore" | "notAfter">;
  /** Births in all: 1 to 2,147,483,647. */
  readonly quota: number;
}

/**
 * @throws NAT_ISSUE_AUTHORITY where the authority is none that certifies stations; NAT_ISSUE_FACTS, NAT_ISSUE_LINT,
 * NAT_ALGORITHM_UNKNOWN, NAT_ISSUE_SERIAL, NAT_X509_STATION_EXTENSION
 */
export function prepareStationCertificate(input: StationCertificateInput): PreparedCertificate {
  const { authority, profile, publicKey, serialNumber, window, quota } = input;
  if (authority.isRoot || authority.station !== undefined)
    throw issueError("NAT_ISSUE_AUTHORITY", "a station is certified by an issuing authority");
  const [notBefore, notAfter] = [wholeSecond(window.notBefore), wholeSecond(window.notAfter)];
  const station = { product: profile.product, notBefore, notAfter, quota };
  const tbs = encodeTbsCertificate({
    serialNumber,
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    ...validityFrom(input.at, undefined, authority.certificate.notAfter),
    subject: encodeAuthorityName(input.name),
    publicKey,
    extensions: [
      ...issuerExtensions(authority, serialNumber),
      subjectKeyExtension(keyIdentifier(publicKey, authority.hash)),
      critical(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true, pathLength: 0 })),
      keyUsageExtension("keyCertSign"),
      policyExtension(oids.anyPolicy),
      critical(oids.nameConstraints, encodeStationConstraints(profile)),
      critical(authority.oids.station, encodeStationExtension(station)),
    ],
  });
  return prepareTbs(tbs, authority.algorithm, { kind: "station", hash: authority.hash, authority, profile });
}
