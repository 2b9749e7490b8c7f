// SPDX-License-Identifier: Apache-2.0
// Steps 1 and 2 of a birth (DESIGN 3.3): admit, then prepare. Nothing here touches storage: what the registry knows
// comes in as data, and what comes out is a single-use token for the certificate with the record it commits to.

import {
  type Authority,
  newSerial,
  type PreparedCertificate,
  prepareCertificate,
  type Profile,
} from "../issue/index.ts";
import { type Entropy, type Hash, newUuid, type SignatureVerifier } from "../kernel/index.ts";
import type { BirthTerms, DeviceRow } from "../registry/index.ts";
import { type Admission, admit, profileAdmission, termsOf } from "./admission.ts";
import {
  type EvidenceStatement,
  type EvidenceVerifier,
  proveCustody,
  type ProvenCustody,
  requireCustody,
  unprovenCustody,
} from "./evidence.ts";
import { type BirthFacts, checkFacts, factsHash as hashOfFacts } from "./facts.ts";
import type { KnownFacts } from "./known.ts";
import type { Principal } from "./principal.ts";
import { type BirthRecord, encodeRecordAndFacts } from "./record.ts";
import { type BirthRequest, isSelfSigned, readRequest, requirePossession } from "./request.ts";
import { storedDevice } from "./retry.ts";

export interface BirthContext {
  /** Who asks. */
  readonly principal: Principal;
  readonly profile: Profile;
  readonly authority: Authority;
  /** Absent: what the profile expects. */
  readonly admission?: Admission;
  /** One for each format of evidence that counts. Absent: none does. */
  readonly evidence?: readonly EvidenceVerifier[];
  readonly at: Date;
  readonly entropy: Entropy;
  readonly hash: Hash;
  readonly verifier: SignatureVerifier;
}

/** A birth that waits for its signature. */
export interface NewBirth {
  readonly kind: "new";
  /** The token: `signBirth` spends it. */
  readonly certificate: PreparedCertificate;
  readonly certificateSerial: Uint8Array;
  readonly record: BirthRecord;
  /** Deterministic CBOR: what the certificate commits to. */
  readonly encodedRecord: Uint8Array;
  readonly factsHash: Uint8Array;
  /** The authority's key identifier, hexadecimal. */
  readonly issuer: string;
  readonly unitTag: Uint8Array;
  /** What the commit must see to as well. */
  readonly terms?: BirthTerms;
}

/** A retry: the device was born already, and gets the stored answer. */
export interface StoredBirth {
  readonly kind: "stored";
  readonly device: DeviceRow;
}

export type PreparedBirth = NewBirth | StoredBirth;

const saltLength = 16;
const nothingProven: ProvenCustody = { custody: unprovenCustody, evidence: [] };

/**
 * Admits and prepares one birth. Order: who asks, whether the unit is expected, the form of everything, proof of
 * possession, then whether key or unit were born before; so nothing is told to those who may not ask or do not have
 * the key.
 * @throws NAT_AUTHORIZE_DENIED, NAT_AUTHORIZE_WINDOW, NAT_BIRTH_STATION_PRODUCT, NAT_BIRTH_NOT_ADMITTED,
 * NAT_BIRTH_FACTS, NAT_BIRTH_ALGORITHM, NAT_BIRTH_POSSESSION, NAT_BIRTH_KEY_REUSED, NAT_BIRTH_UNIT_REUSED,
 * NAT_BIRTH_EVIDENCE_REUSED, NAT_BIRTH_EVIDENCE, NAT_BIRTH_CUSTODY, NAT_DER_… and NAT_X509_… of a malformed request,
 * NAT_ISSUE_…
 */
export async function prepareBirth(
  request: BirthRequest,
  known: KnownFacts,
  context: BirthContext,
): Promise<PreparedBirth> {
  const { principal, profile, hash } = context;
  const unit = { product: profile.product, model: request.model, serial: request.serial };
  await admit(principal, profile, unit, context.admission ?? profileAdmission(profile), context.at);
  const facts = factsOf(request, context);
  const read = readRequest(request, profile);
  requirePossession(await isSelfSigned(read, context.verifier), read);
  const station = principal.id;
  const stored = storedDevice(known, { station, factsHashAt: (bornAt) => hashOfFacts({ ...facts, bornAt }, hash) });
  if (stored !== undefined) return { kind: "stored", device: stored };
  const { publicKey } = read.parsed;
  const { evidence } = request;
  const proven = evidence === undefined ? nothingProven : await provenBy(evidence, facts, publicKey, context);
  requireCustody(profile, proven.custody);
  return newBirth(recordOf(facts, publicKey, proven, context), publicKey, known, context);
}

async function provenBy(
  evidence: readonly EvidenceStatement[],
  facts: BirthFacts,
  publicKey: Uint8Array,
  { evidence: verifiers = [], at, hash }: BirthContext,
): Promise<ProvenCustody> {
  const binding = { publicKey, factsHash: hashOfFacts(facts, hash) };
  return proveCustody(evidence, binding, { verifiers, at, hash });
}

function factsOf(request: BirthRequest, { profile, at }: BirthContext): BirthFacts {
  const { model, serial, facility, hardwareRevision, firmwareDigest } = request;
  const bornAt = Math.floor(at.getTime() / 1000);
  const facts: BirthFacts = {
    maker: profile.maker,
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

function newBirth(record: BirthRecord, publicKey: Uint8Array, known: KnownFacts, context: BirthContext): NewBirth {
  const { authority, profile, entropy, hash } = context;
  const { encodedRecord, factsHash } = encodeRecordAndFacts(record, hash);
  const certificateSerial = newSerial(entropy);
  const certificate = prepareCertificate({
    authority,
    profile,
    facts: {
      serialNumber: certificateSerial,
      deviceId: record.deviceId,
      model: record.model,
      serial: record.serial,
      publicKey,
      custody: record.custody,
      recordHash: hash.sha256(encodedRecord),
      bornAt: new Date(record.bornAt * 1000),
    },
  });
  const { unitTag } = known;
  const issuer = authority.keyId;
  const terms = termsOf(profile);
  const birth = { certificate, certificateSerial, record, encodedRecord, factsHash, issuer, unitTag };
  return { kind: "new", ...birth, ...(terms && { terms }) };
}

function recordOf(
  facts: BirthFacts,
  publicKey: Uint8Array,
  { custody, evidence }: ProvenCustody,
  context: BirthContext,
): BirthRecord {
  const { profile, authority, at, entropy, hash } = context;
  return {
    ...facts,
    deviceId: newUuid(at, entropy),
    station: context.principal.id,
    keyHash: hash.sha256(publicKey),
    custody,
    evidence,
    components: [],
    authorityKeyId: authority.keyIdentifier,
    salt: entropy.bytes(saltLength),
    profile: { product: profile.product, version: profile.version },
  };
}
