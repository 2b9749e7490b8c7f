// SPDX-License-Identifier: Apache-2.0
// The extensions that more than one kind of our certificates carries (RFC 5280 section 4.2), ready to be encoded.

import {
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeCertificatePolicies,
  encodeCrlDistributionPoints,
  encodeKeyUsage,
  encodeSubjectKeyIdentifier,
  type Extension,
  type KeyUsage,
  type Name,
  oids,
} from "../formats/index.ts";
import type { Authority } from "./authority.ts";
import { caIssuersUrl, crlUrl } from "./locations.ts";
import { shardOf } from "./serial.ts";

export function plain(oid: string, value: Uint8Array): Extension {
  return { oid, critical: false, value };
}

export function critical(oid: string, value: Uint8Array): Extension {
  return { oid, critical: true, value };
}

/** What binds a certificate to its issuer: key identifier, where its CRL shard is, where the issuer's certificate is. */
export function issuerExtensions(authority: Authority, serialNumber: Uint8Array): Extension[] {
  const { baseUrl, keyIdentifier } = authority;
  const address = crlUrl(baseUrl, keyIdentifier, shardOf(serialNumber));
  return [
    plain(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(keyIdentifier)),
    plain(oids.crlDistributionPoints, encodeCrlDistributionPoints([address], listIssuerOf(authority))),
    plain(
      oids.authorityInfoAccess,
      encodeAuthorityInfoAccess([
        { method: oids.caIssuers, location: { kind: "uri", value: caIssuersUrl(baseUrl, keyIdentifier) } },
      ]),
    ),
  ];
}

/** Who signs the lists of what an authority issued, where it is not the authority itself: of a station, its issuer. */
export function listIssuerOf({ station, certificate }: Authority): Name | undefined {
  return station && certificate.issuer;
}

export function subjectKeyExtension(identifier: Uint8Array): Extension {
  return plain(oids.subjectKeyIdentifier, encodeSubjectKeyIdentifier(identifier));
}

export function keyUsageExtension(...usages: readonly KeyUsage[]): Extension {
  return critical(oids.keyUsage, encodeKeyUsage(usages));
}

export function policyExtension(policy: string): Extension {
  return plain(oids.certificatePolicies, encodeCertificatePolicies([policy]));
}
