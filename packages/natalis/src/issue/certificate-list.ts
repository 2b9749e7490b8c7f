// SPDX-License-Identifier: Apache-2.0
// Revocation lists (RFC 5280 section 5), one a shard. A list covers exactly the certificates whose CRLDP names its
// address: its critical issuing distribution point (section 5.2.5) is that address, letter for letter. A root's list
// has no such point and covers all that the root signed, itself included: OpenSSL, and with it nginx, asks for a list
// that covers the root too, and a root names no address of one. What a station issued is listed by the authority that
// certified it, in an indirect list (section 5.2.5): who steals a station cannot say that its certificates are good.

import {
  assembleSigned,
  encodeAuthorityKeyIdentifier,
  encodeCrlNumber,
  encodeIssuingDistributionPoint,
  encodeTbsCertificateList,
  type Extension,
  oids,
  parseCertificateList,
  type RevokedCertificateFields,
} from "../formats/index.ts";
import { equalBytes, type Signer } from "../kernel/index.ts";
import type { Authority } from "./authority.ts";
import { issueError } from "./errors.ts";
import { critical, plain } from "./extensions.ts";
import { lintList } from "./lint/list.ts";
import { crlUrl } from "./locations.ts";
import { wholeSecond } from "./validity.ts";

/** What one list says. Milliseconds of all instants are dropped. */
export interface CertificateListInput {
  readonly authority: Authority;
  /** The station under it whose certificates the list is about; absent: it is about the authority's own. */
  readonly station?: Authority | undefined;
  /** 0 to 255; absent for the complete list, which a root has instead of shards. */
  readonly shard?: number;
  /** Rises with every list of one authority and shard (RFC 5280 section 5.2.3). */
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Each serial number at most once, all of this shard; of a complete list all that are revoked. */
  readonly revoked: readonly RevokedCertificateFields[];
  readonly signer: Signer;
}

/**
 * A signed list in DER.
 * @throws NAT_ISSUE_SIGNER where the signer is not the authority's, NAT_ISSUE_LINT, NAT_ISSUE_FACTS, NAT_X509_REVOKED
 */
export async function buildCertificateList(input: CertificateListInput): Promise<Uint8Array> {
  const { authority, signer } = input;
  if (!equalBytes(signer.publicKey, authority.certificate.publicKey))
    throw issueError("NAT_ISSUE_SIGNER", "its public key is not the authority's");
  requireOwnStation(input);
  const { signatureIdentifier } = authority.algorithm;
  const tbs = encodeTbsList(input);
  lintList(parseCertificateList(assembleSigned(tbs, signatureIdentifier, new Uint8Array(1))), input);
  return assembleSigned(tbs, signatureIdentifier, await signer.sign(tbs));
}

function requireOwnStation({ authority, station }: CertificateListInput): void {
  if (station === undefined) return;
  const isOwn = equalBytes(station.certificate.issuer.der, authority.certificate.subject.der);
  if (station.station === undefined || !isOwn)
    throw issueError("NAT_ISSUE_AUTHORITY", "the list is about no station of this authority");
}

function encodeTbsList({
  authority,
  station,
  shard,
  number,
  thisUpdate,
  nextUpdate,
  revoked,
}: CertificateListInput): Uint8Array {
  if (!Number.isSafeInteger(number) || number < 0) throw issueError("NAT_ISSUE_FACTS", `list number ${number}`);
  return encodeTbsCertificateList({
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    thisUpdate: wholeSecond(thisUpdate),
    nextUpdate: wholeSecond(nextUpdate),
    revoked: revoked.map((one, i) => ({ ...inWholeSeconds(one), ...(i === 0 ? issuerOf(station) : {}) })),
    extensions: [
      plain(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(authority.keyIdentifier)),
      plain(oids.crlNumber, encodeCrlNumber(number)),
      ...distributionPoint(authority, station, shard),
    ],
  });
}

/** The first entry names the station, and those behind it are of the same (RFC 5280 section 5.3.3). */
function issuerOf(station: Authority | undefined): Pick<RevokedCertificateFields, "certificateIssuer"> {
  return station === undefined
    ? {}
    : { certificateIssuer: [{ kind: "directoryName", value: station.certificate.subject }] };
}

function distributionPoint(
  { baseUrl, keyIdentifier }: Authority,
  station: Authority | undefined,
  shard: number | undefined,
): Extension[] {
  if (shard === undefined) return [];
  if (!Number.isInteger(shard) || shard < 0 || shard > 255) throw issueError("NAT_ISSUE_FACTS", `shard ${shard}`);
  const uris = [crlUrl(baseUrl, station?.keyIdentifier ?? keyIdentifier, shard)];
  const point = encodeIssuingDistributionPoint({ uris, indirectCRL: station !== undefined });
  return [critical(oids.issuingDistributionPoint, point)];
}

function inWholeSeconds(revoked: RevokedCertificateFields): RevokedCertificateFields {
  const { revocationDate, invalidityDate } = revoked;
  return {
    ...revoked,
    revocationDate: wholeSecond(revocationDate),
    ...(invalidityDate !== undefined && { invalidityDate: wholeSecond(invalidityDate) }),
  };
}
