// SPDX-License-Identifier: Apache-2.0
// OCSP responses (RFC 6960 4.2): the basic type, read strictly. Times are whole seconds (4.2.1 refers to RFC 5280
// 4.1.2.5.2). What an answer means for a certificate, and who may sign it, is for `path` to say.

import { contextTag, type DerReader, readExactly, tags } from "../der/index.ts";
import { type Extension, findExtension, type Name, oids } from "../x509/index.ts";
import { readName } from "../x509/name.ts";
import { readAlgorithmIdentifier } from "../x509/signed.ts";
import { ocspFormatError } from "./errors.ts";
import { readOptionalExtensions, readSingleResponse, type SingleResponse } from "./single-response.ts";

/** Who signed, as the response says: a name, or the SHA-1 of the key bits. */
export type ResponderId =
  | { readonly byName: Name; readonly byKey?: undefined }
  | { readonly byKey: Uint8Array; readonly byName?: undefined };

export interface OcspResponse {
  readonly der: Uint8Array;
  /** What the signature is over: the whole encoding of ResponseData. */
  readonly tbs: Uint8Array;
  readonly responder: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
  /** What the request had to be told apart by (RFC 9654). */
  readonly nonce?: Uint8Array;
  readonly signatureIdentifier: Uint8Array;
  readonly signature: Uint8Array;
  /** Certificates (DER, unread) that may help to verify the signature; they are not signed with it. */
  readonly certificates: readonly Uint8Array[];
}

/** Enough for a few hundred answers, or a chain of ML-DSA-87 certificates. */
export const maxOcspResponseBytes: number = 1 << 16;

const mostResponses = 256;
const mostCertificates = 16;
const longestNonce = 128;
const keyHashOctets = 20;
const successful = 0;

/** OCSPResponseStatus; 4 is not used. */
const statusNames: Readonly<Record<number, string>> = {
  1: "malformedRequest",
  2: "internalError",
  3: "tryLater",
  5: "sigRequired",
  6: "unauthorized",
};

/**
 * Parses a successful response; all byte strings in the result are views of `der`.
 * @throws NAT_OCSP_UNSUCCESSFUL NAT_OCSP_TYPE NAT_OCSP_FORM NAT_OCSP_LIMIT, NAT_X509_ codes of its names and
 * extensions, and the NAT_DER_ errors
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  return { der, ...readExactly(der, readResponse, maxOcspResponseBytes) };
}

type BasicResponse = Omit<OcspResponse, "der">;

function readResponse(reader: DerReader): BasicResponse {
  const fields = reader.enter();
  const status = fields.smallInteger(tags.enumerated);
  if (status !== successful) throw refusedBy(status, fields);
  const explicit = fields.enter(contextTag(0));
  const bytes = explicit.enter();
  const type = bytes.oid();
  if (type !== oids.ocspBasic) throw ocspFormatError("NAT_OCSP_TYPE", type);
  const response = readExactly(bytes.octetString(), readBasicResponse);
  bytes.end();
  explicit.end();
  fields.end();
  return response;
}

/** An error has no response with it (4.2.1). */
function refusedBy(status: number, fields: DerReader): Error {
  const name = statusNames[status];
  if (name === undefined || fields.remaining > 0)
    return ocspFormatError("NAT_OCSP_FORM", `response status ${status}, ${fields.remaining} octets after it`);
  return ocspFormatError("NAT_OCSP_UNSUCCESSFUL", name);
}

function readBasicResponse(reader: DerReader): BasicResponse {
  const fields = reader.enter();
  const tbs = fields.readRaw(tags.sequence);
  const signatureIdentifier = readAlgorithmIdentifier(fields);
  const signature = fields.bitStringOctets();
  const certificates = readCertificates(fields);
  fields.end();
  return { tbs, ...readExactly(tbs, readResponseData), signatureIdentifier, signature, certificates };
}

function readCertificates(fields: DerReader): Uint8Array[] {
  const explicit = fields.optional(contextTag(0));
  if (explicit === undefined) return [];
  const certificates: Uint8Array[] = [];
  for (const list = explicit.enter(); list.remaining > 0; ) {
    if (certificates.length === mostCertificates)
      throw ocspFormatError("NAT_OCSP_LIMIT", `more than ${mostCertificates} certificates`);
    certificates.push(list.readRaw(tags.sequence));
  }
  explicit.end();
  return certificates;
}

type ResponseData = Pick<OcspResponse, "responder" | "producedAt" | "responses" | "extensions" | "nonce">;

/** The version is 1 by default, so it is not written (X.690 11.5), and there is no other. */
function readResponseData(reader: DerReader): ResponseData {
  const fields = reader.enter();
  if (fields.peekTag() === contextTag(0)) throw ocspFormatError("NAT_OCSP_FORM", "a version that is written out");
  const responder = readResponder(fields);
  const producedAt = fields.generalizedTime();
  const responses = readResponses(fields.enter());
  const extensions = readOptionalExtensions(fields);
  fields.end();
  return { responder, producedAt, responses, extensions, ...nonceOf(extensions) };
}

function readResponder(fields: DerReader): ResponderId {
  const byName = fields.optional(contextTag(1));
  const explicit = byName ?? fields.enter(contextTag(2));
  const id = byName === undefined ? { byKey: explicit.octetString() } : { byName: readName(byName) };
  explicit.end();
  if (id.byKey !== undefined && id.byKey.length !== keyHashOctets)
    throw ocspFormatError("NAT_OCSP_FORM", `a key hash of ${id.byKey.length} octets`);
  return id;
}

function readResponses(list: DerReader): SingleResponse[] {
  const responses: SingleResponse[] = [];
  while (list.remaining > 0) {
    if (responses.length === mostResponses)
      throw ocspFormatError("NAT_OCSP_LIMIT", `more than ${mostResponses} answers`);
    responses.push(readSingleResponse(list));
  }
  return responses;
}

function nonceOf(extensions: readonly Extension[]): { nonce?: Uint8Array } {
  const extension = findExtension({ extensions }, oids.ocspNonce);
  if (extension === undefined) return {};
  const nonce = readExactly(extension.value, (reader) => reader.octetString());
  if (nonce.length === 0 || nonce.length > longestNonce)
    throw ocspFormatError("NAT_OCSP_FORM", `a nonce of ${nonce.length} octets`);
  return { nonce };
}
