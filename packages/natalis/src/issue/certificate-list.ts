// SPDX-License-Identifier: Apache-2.0
// Revocation lists (RFC 5280 section 5), one a shard. A list covers exactly the certificates whose CRLDP names its
// address: its critical issuing distribution point (section 5.2.5) is that address, letter for letter.

import {
  assembleSigned,
  encodeAuthorityKeyIdentifier,
  encodeCrlNumber,
  encodeIssuingDistributionPoint,
  encodeTbsCertificateList,
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
  /** 0 to 255. */
  readonly shard: number;
  /** Rises with every list of one authority and shard (RFC 5280 section 5.2.3). */
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Each serial number at most once, all of this shard. */
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
  const { signatureIdentifier } = authority.algorithm;
  const tbs = encodeTbsList(input);
  lintList(parseCertificateList(assembleSigned(tbs, signatureIdentifier, new Uint8Array(1))), input);
  return assembleSigned(tbs, signatureIdentifier, await signer.sign(tbs));
}

function encodeTbsList({
  authority,
  shard,
  number,
  thisUpdate,
  nextUpdate,
  revoked,
}: CertificateListInput): Uint8Array {
  if (!Number.isInteger(shard) || shard < 0 || shard > 255) throw issueError("NAT_ISSUE_FACTS", `shard ${shard}`);
  if (!Number.isSafeInteger(number) || number < 0) throw issueError("NAT_ISSUE_FACTS", `list number ${number}`);
  const uri = crlUrl(authority.baseUrl, authority.keyIdentifier, shard);
  return encodeTbsCertificateList({
    signatureIdentifier: authority.algorithm.signatureIdentifier,
    issuer: authority.certificate.subject.der,
    thisUpdate: wholeSecond(thisUpdate),
    nextUpdate: wholeSecond(nextUpdate),
    revoked: revoked.map(inWholeSeconds),
    extensions: [
      plain(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(authority.keyIdentifier)),
      plain(oids.crlNumber, encodeCrlNumber(number)),
      critical(oids.issuingDistributionPoint, encodeIssuingDistributionPoint({ uris: [uri] })),
    ],
  });
}

function inWholeSeconds(revoked: RevokedCertificateFields): RevokedCertificateFields {
  const { revocationDate, invalidityDate } = revoked;
  return {
    ...revoked,
    revocationDate: wholeSecond(revocationDate),
    ...(invalidityDate !== undefined && { invalidityDate: wholeSecond(invalidityDate) }),
  };
}
