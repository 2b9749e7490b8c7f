// SPDX-License-Identifier: Apache-2.0
// A request for a birth, and reading its certification request (PKCS#10, RFC 2986) as strictly as everything else:
// a canonical key of an algorithm that the profile lists, signed by that algorithm. What a request asks to be
// certified (its subject, its extensions) is not what the profile and the station say; only a serial number in the
// subject counts, and it must be the unit's.

import { algorithmOfPublicKey, type CertificationRequest, oids, parseCertificationRequest } from "../formats/index.ts";
import type { Profile } from "../issue/index.ts";
import {
  type Awaitable,
  equalBytes,
  isNatalisError,
  type SignatureAlgorithm,
  type SignatureVerifier,
} from "../kernel/index.ts";
import { birthError } from "./errors.ts";
import type { EvidenceStatement } from "./evidence.ts";
import { type BirthFacts, checkFacts } from "./facts.ts";

/** What a station says of a unit. The product line is the profile's; the other facts follow from it and the time. */
export interface UnitToBear {
  readonly model: string;
  readonly serial: string;
  readonly facility: string;
  readonly hardwareRevision?: string;
  readonly firmwareDigest?: Uint8Array;
}

/** What a station asks for. */
export interface BirthRequest extends UnitToBear {
  /** DER PKCS#10, signed by the device's key. */
  readonly certificationRequest: Uint8Array;
  /** What is said of where the key lives; absent: nothing. */
  readonly evidence?: readonly EvidenceStatement[];
}

/** A certification request whose key and signature are of one algorithm that the profile lists. */
export interface ReadRequest {
  readonly parsed: CertificationRequest;
  readonly algorithm: SignatureAlgorithm;
}

/** @param bornAt Unix seconds @throws NAT_BIRTH_FACTS */
export function factsOfUnit(unit: UnitToBear, { maker }: Pick<Profile, "maker">, bornAt: number): BirthFacts {
  const { model, serial, facility, hardwareRevision, firmwareDigest } = unit;
  const facts: BirthFacts = {
    maker,
    model,
    serial,
    ...(hardwareRevision !== undefined && { hardwareRevision }),
    ...(firmwareDigest !== undefined && { firmwareDigest }),
    bornAt,
    facility,
  };
  checkFacts(facts);
  return facts;
}

/**
 * @throws NAT_DER_…, NAT_X509_… where it is malformed, NAT_BIRTH_ALGORITHM, NAT_BIRTH_FACTS where it names another
 * serial number
 */
export function readRequest(request: BirthRequest, profile: Profile): ReadRequest {
  const parsed = parseCertificationRequest(request.certificationRequest);
  const algorithm = algorithmOf(parsed);
  if (!profile.algorithms.some(({ name }) => name === algorithm.name))
    throw birthError(
      "NAT_BIRTH_ALGORITHM",
      `the key is for ${algorithm.title}; product ${profile.product} allows ${titles(profile)}`,
    );
  if (!equalBytes(parsed.signatureIdentifier, algorithm.signatureIdentifier))
    throw birthError("NAT_BIRTH_ALGORITHM", `the request must be signed with ${algorithm.title}, as its key is for`);
  requireSameSerial(parsed, request.serial);
  return { parsed, algorithm };
}

/** Proof of possession: whether the request is signed by the key that it names. */
export function isSelfSigned({ parsed, algorithm }: ReadRequest, verifier: SignatureVerifier): Awaitable<boolean> {
  return verifier.verify(algorithm, parsed.publicKey, parsed.info, parsed.signature);
}

/** @throws NAT_BIRTH_POSSESSION */
export function requirePossession(isProven: boolean, { algorithm }: ReadRequest): void {
  if (!isProven) throw birthError("NAT_BIRTH_POSSESSION", `the signature (${algorithm.title}) does not verify`);
}

function algorithmOf({ publicKey }: CertificationRequest): SignatureAlgorithm {
  try {
    return algorithmOfPublicKey(publicKey);
  } catch (cause) {
    if (!isNatalisError(cause, "NAT_ALGORITHM_UNKNOWN")) throw cause;
    throw birthError(
      "NAT_BIRTH_ALGORITHM",
      "the key is of an unknown or weak algorithm, or not in its one encoding",
      cause,
    );
  }
}

function requireSameSerial({ subject }: CertificationRequest, serial: string): void {
  for (const relativeName of subject.relativeNames)
    for (const { oid, value } of relativeName)
      if (oid === oids.serialNumber && value !== serial)
        throw birthError("NAT_BIRTH_FACTS", `the request's subject names serial ${JSON.stringify(value.slice(0, 64))}`);
}

function titles({ algorithms }: Profile): string {
  return algorithms.map(({ title }) => title).join(", ");
}
