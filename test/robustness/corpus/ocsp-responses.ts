// SPDX-License-Identifier: Apache-2.0
// OCSP responses (RFC 6960 4.2) of every shape: by name and by key, by the issuer and by a delegate, one answer and
// several, with nonce and without.

import {
  type Certificate,
  certificateId,
  contextTag,
  encodeBitString,
  encodeCertificateId,
  encodeExtendedKeyUsage,
  encodeExtensions,
  encodeGeneralizedTime,
  encodeInteger,
  encodeKeyUsage,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTagLengthValue,
  oids,
  parseCertificate,
  publicKeyBits,
  tags,
} from "natalis/formats";
import { type DigestName, portableDigests } from "natalis/kernel";
import { extension, issue, type Party } from "./forge.ts";

const [thisUpdate, nextUpdate] = [new Date("2026-11-24T11:00:00Z"), new Date("2026-11-25T11:00:00Z")];
const goodStatus = encodeTagLengthValue(contextTag(0, false));
const unknownStatus = encodeTagLengthValue(contextTag(2, false));
const revokedStatus = encodeTagLengthValue(
  contextTag(1),
  encodeGeneralizedTime(new Date("2026-05-05T00:00:00Z")),
  encodeTagged(0, encodeInteger(1, tags.enumerated)),
);

/** A response that has none of the basic type with it. */
export const unsuccessfulResponse: Uint8Array = encodeSequence(encodeInteger(3, tags.enumerated));

export interface Responses {
  readonly good: readonly Uint8Array[];
  readonly revoked: readonly Uint8Array[];
}

/** About a certificate under its issuer, which must answer for it. */
export async function responsesAbout(
  leaf: Uint8Array,
  issuer: Uint8Array,
  by: Party,
  delegate: Party,
): Promise<Responses> {
  const [about, authority] = [parseCertificate(leaf), parseCertificate(issuer)];
  const answer = (status: Uint8Array, digest: DigestName = "SHA-1") => singleResponse(about, authority, status, digest);
  const byName = encodeTagged(1, by.name);
  const byKey = encodeTagged(2, encodeOctetString(portableDigests["SHA-1"](publicKeyBits(by.signer.publicKey))));
  const delegated = await issue({ issuer: by, subject: delegate, extensions: delegation });
  const good = [
    await response(by, byName, [answer(goodStatus)]),
    await response(by, byKey, [answer(unknownStatus), answer(goodStatus, "SHA-256")], { nonce: new Uint8Array(32) }),
    await response(delegate, encodeTagged(1, delegate.name), [answer(goodStatus)], { certificates: [delegated] }),
  ];
  return { good, revoked: [await response(by, byKey, [answer(revokedStatus)])] };
}

/** RFC 6960 4.2.2.2 and 4.2.2.2.1. */
const delegation = [
  extension(oids.keyUsage, encodeKeyUsage(["digitalSignature"]), true),
  extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.ocspSigning])),
  extension(oids.ocspNoCheck, encodeNull()),
];

function singleResponse(about: Certificate, issuer: Certificate, status: Uint8Array, digest: DigestName): Uint8Array {
  return encodeSequence(
    encodeCertificateId({ ...certificateId(about, issuer, digest), digest }),
    status,
    encodeGeneralizedTime(thisUpdate),
    encodeTagged(0, encodeGeneralizedTime(nextUpdate)),
  );
}

async function response(
  { signer }: Party,
  responder: Uint8Array,
  answers: readonly Uint8Array[],
  { nonce, certificates }: { nonce?: Uint8Array; certificates?: readonly Uint8Array[] } = {},
): Promise<Uint8Array> {
  const extensions = nonce === undefined ? [] : [extension(oids.ocspNonce, encodeOctetString(nonce))];
  const data = encodeSequence(
    responder,
    encodeGeneralizedTime(thisUpdate),
    encodeSequenceOf(answers),
    ...(extensions.length === 0 ? [] : [encodeTagged(1, encodeExtensions(extensions))]),
  );
  const basic = encodeSequence(
    data,
    signer.algorithm.signatureIdentifier,
    encodeBitString(await signer.sign(data)),
    ...(certificates === undefined ? [] : [encodeTagged(0, encodeSequenceOf(certificates))]),
  );
  const responseBytes = encodeSequence(encodeOid(oids.ocspBasic), encodeOctetString(basic));
  return encodeSequence(encodeInteger(0, tags.enumerated), encodeTagged(0, responseBytes));
}
