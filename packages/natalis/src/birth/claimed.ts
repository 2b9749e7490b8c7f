// SPDX-License-Identifier: Apache-2.0
// A birth that a station bore without a connection, as it claims it: request, record, certificate. Nothing of it is
// believed. The registrar goes the whole way of a birth again (admit, prepare, lint) with the few values that follow from
// nothing, and the claim must come out byte for byte, signed by the station's authority.

import { parseCertificate } from "../formats/index.ts";
import { equalBytes, isNatalisError, type Signer } from "../kernel/index.ts";
import type { BornEvent, DeviceRow } from "../registry/index.ts";
import { birthError } from "./errors.ts";
import type { KnownFacts } from "./known.ts";
import { completeBirth, type EstablishContext, establishBirth, proveBirth } from "./prepare.ts";
import { type BirthRecord, parseBirthRecord } from "./record.ts";
import type { BirthRequest } from "./request.ts";
import { signBirth } from "./sign.ts";

export interface ClaimedBirth extends Pick<BirthRequest, "certificationRequest" | "evidence"> {
  /** Deterministic CBOR: the facts of the birth are in it. */
  readonly record: Uint8Array;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** As of a birth, but that `at` is now, and `authority` the station's. */
export type ClaimContext = EstablishContext;

/** The station's clock may run ahead of the registrar's by this much, milliseconds. */
const clockTolerance = 60_000;

/**
 * The event that the registry sequences; whether key and unit are new, the commit tells.
 * @throws NAT_BIRTH_STATION_CLAIM, NAT_BIRTH_STATION_PROFILE, NAT_BIRTH_STATION_WINDOW, and what `prepareBirth` throws
 */
export async function verifyClaimedBirth(
  claim: ClaimedBirth,
  known: Pick<KnownFacts, "unitTag">,
  context: ClaimContext,
): Promise<BornEvent> {
  const record = parseClaimedRecord(claim);
  const { serialNumber: certificateSerial } = parseCertificate(claim.certificate);
  requireProfile(record.profile, context);
  const at = new Date(record.bornAt * 1000);
  if (at.getTime() > context.at.getTime() + clockTolerance) throw refused("it was born in the future");
  if (!isOfSecond(record.deviceId, record.bornAt)) throw refused("the device id is no UUIDv7 of the time of birth");
  const asBorn = { ...context, at };
  const request = requestOf(record, claim);
  const established = await establishBirth(request, asBorn);
  const proven = await proveBirth(request, established, asBorn);
  const { deviceId, salt } = record;
  const birth = completeBirth(established, proven, { deviceId, salt, certificateSerial }, known, asBorn);
  if (!equalBytes(birth.encodedRecord, claim.record)) throw refused("the record differs");
  const event = await signBirth(birth, signerOf(claim, context), context.hash);
  if (!equalBytes(event.certificate, claim.certificate)) throw refused("the certificate differs");
  return event;
}

/**
 * The device that this claim was entered as; undefined where key and unit are new.
 * @param certificateHash SHA-256 of the claim's certificate
 * @throws NAT_BIRTH_KEY_REUSED, NAT_BIRTH_UNIT_REUSED, NAT_BIRTH_EVIDENCE_REUSED where they are another birth's
 */
export function enteredDevice(
  { byKey, byUnit, byEvidence }: KnownFacts,
  certificateHash: Uint8Array,
): DeviceRow | undefined {
  if (byKey !== undefined && equalBytes(byKey.certificateHash, certificateHash)) return byKey;
  if (byKey !== undefined) throw birthError("NAT_BIRTH_KEY_REUSED", "with another certificate");
  if (byUnit !== undefined) throw birthError("NAT_BIRTH_UNIT_REUSED", "with another key");
  if (byEvidence !== undefined) throw birthError("NAT_BIRTH_EVIDENCE_REUSED", "with another key, as another unit");
  return undefined;
}

/** @throws NAT_BIRTH_STATION_CLAIM where it is none: of our own records that could only be damage */
export function parseClaimedRecord({ record }: Pick<ClaimedBirth, "record">): BirthRecord {
  try {
    return parseBirthRecord(record);
  } catch (error) {
    if (isNatalisError(error, "NAT_BIRTH_RECORD")) throw refused(error.message, error);
    throw error;
  }
}

/** The facts are the record's: they count only where the whole record comes out again. */
function requestOf(record: BirthRecord, { certificationRequest, evidence }: ClaimedBirth): BirthRequest {
  const { model, serial, facility, hardwareRevision, firmwareDigest } = record;
  return {
    certificationRequest,
    model,
    serial,
    facility,
    ...(hardwareRevision !== undefined && { hardwareRevision }),
    ...(firmwareDigest !== undefined && { firmwareDigest }),
    ...(evidence !== undefined && { evidence }),
  };
}

/** Gives out the signature of the claim, where it is the authority's over what was to be signed. */
function signerOf(claim: ClaimedBirth, { authority, verifier }: ClaimContext): Signer {
  const { tbs, signature } = parseCertificate(claim.certificate);
  const { algorithm } = authority;
  const { publicKey } = authority.certificate;
  return {
    algorithm,
    publicKey,
    async sign(due) {
      if (!equalBytes(tbs, due)) throw refused("the certificate differs");
      if (!(await verifier.verify(algorithm, publicKey, tbs, signature)))
        throw refused("the certificate is not signed by the station's key");
      return signature;
    },
  };
}

function requireProfile(of: { readonly product: string; readonly version: number }, { profile }: ClaimContext): void {
  if (of.product !== profile.product) throw refused(`the product is ${of.product}`);
  if (of.version !== profile.version)
    throw birthError("NAT_BIRTH_STATION_PROFILE", `version ${of.version}, where ${profile.version} counts`);
}

/** RFC 9562 section 5.7: the first 48 bits are milliseconds. */
function isOfSecond(uuid: Uint8Array, seconds: number): boolean {
  let milliseconds = 0;
  for (const octet of uuid.subarray(0, 6)) milliseconds = milliseconds * 256 + octet;
  const isVersion = (uuid[6] as number) >> 4 === 7 && (uuid[8] as number) >> 6 === 2;
  return isVersion && Math.floor(milliseconds / 1000) === seconds;
}

function refused(why: string, cause?: unknown): Error {
  return birthError("NAT_BIRTH_STATION_CLAIM", why, cause);
}
