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
import { type OpenAttestation, requireBegun } from "./attestation.ts";
import {
  type EvidenceBinding,
  type EvidenceStatement,
  type EvidenceVerifier,
  proveCustody,
  type ProvenCustody,
  requireCustody,
  unprovenCustody,
} from "./evidence.ts";
import { requireDeviceKey } from "./device-key.ts";
import { birthError } from "./errors.ts";
import { type BirthFacts, factsHash as hashOfFacts } from "./facts.ts";
import { encodeKeptEvidence } from "./kept-evidence.ts";
import type { KnownFacts } from "./known.ts";
import type { Principal } from "./principal.ts";
import { type BirthRecord, encodeRecordAndFacts } from "./record.ts";
import { type BirthRequest, factsOfUnit, isSelfSigned, readRequest, requirePossession } from "./request.ts";
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
  /** What the birth was begun with, taken from where it was kept. Absent: no evidence is bound to a nonce. */
  readonly attestation?: OpenAttestation;
  readonly at: Date;
  readonly entropy: Entropy;
  readonly hash: Hash;
  readonly verifier: SignatureVerifier;
}

/** What of a birth follows from nothing: it is chosen for a new one, and given for one that is claimed. */
export interface BirthChoices {
  /** UUIDv7, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** 16 random bytes. */
  readonly salt: Uint8Array;
  readonly certificateSerial: Uint8Array;
}

/** All that a birth is established from but its choices. */
export type EstablishContext = Omit<BirthContext, "entropy">;

/** A birth that was admitted, whose request is in form and signed by the key that it names. */
export interface EstablishedBirth {
  readonly facts: BirthFacts;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
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
  /** The statements of its evidence, as `encodeKeptEvidence` writes them. */
  readonly keptEvidence?: Uint8Array;
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
const nothingProven: ProvenCustody = { custody: unprovenCustody, evidence: [], statements: [] };

/**
 * Admits and prepares one birth. Order: who asks, whether the unit is expected, the form of everything, proof of
 * possession, then whether key or unit were born before; so nothing is told to those who may not ask or do not have
 * the key.
 * @throws NAT_AUTHORIZE_DENIED, NAT_AUTHORIZE_WINDOW, NAT_BIRTH_STATION_PRODUCT, NAT_BIRTH_NOT_ADMITTED,
 * NAT_BIRTH_FACTS, NAT_BIRTH_ALGORITHM, NAT_BIRTH_POSSESSION, NAT_BIRTH_KEY_AUTHORITY, NAT_BIRTH_KEY_REUSED,
 * NAT_BIRTH_UNIT_REUSED,
 * NAT_BIRTH_EVIDENCE_REUSED, NAT_BIRTH_ATTESTATION, NAT_BIRTH_EVIDENCE, NAT_BIRTH_CUSTODY, NAT_EVIDENCE_…, NAT_DER_… and NAT_X509_… of a malformed request,
 * NAT_ISSUE_…
 */
export async function prepareBirth(
  request: BirthRequest,
  known: KnownFacts,
  context: BirthContext,
): Promise<PreparedBirth> {
  const { principal, at, entropy, hash } = context;
  const established = await establishBirth(request, context);
  const { facts } = established;
  const station = principal.id;
  const stored = storedDevice(known, { station, factsHashAt: (bornAt) => hashOfFacts({ ...facts, bornAt }, hash) });
  if (stored !== undefined) return { kind: "stored", device: stored };
  const proven = await proveBirth(request, established, context);
  const deviceId = newUuid(at, entropy);
  const choices = { deviceId, salt: entropy.bytes(saltLength), certificateSerial: newSerial(entropy) };
  return completeBirth(established, proven, choices, known, context);
}

/** Who asks, whether the unit is expected, the form of everything, proof of possession. @throws as `prepareBirth` */
export async function establishBirth(request: BirthRequest, context: EstablishContext): Promise<EstablishedBirth> {
  const { principal, profile, authority, attestation, at, admission = profileAdmission(profile) } = context;
  const unit = { product: profile.product, model: request.model, serial: request.serial };
  await admit(principal, profile, unit, admission, at);
  requireStationTime(authority, profile, at);
  const facts = factsOfUnit(request, profile, attestation?.bornAt ?? Math.floor(at.getTime() / 1000));
  const read = readRequest(request, profile);
  requirePossession(await isSelfSigned(read, context.verifier), read);
  requireDeviceKey(read.parsed.publicKey, [authority.certificate]);
  return { facts, publicKey: read.parsed.publicKey };
}

/**
 * The custody that the request's evidence proves.
 * @throws NAT_BIRTH_ATTESTATION, NAT_BIRTH_EVIDENCE, NAT_BIRTH_CUSTODY, NAT_EVIDENCE_…
 */
export async function proveBirth(
  { evidence }: BirthRequest,
  established: EstablishedBirth,
  context: EstablishContext,
): Promise<ProvenCustody> {
  if (context.attestation !== undefined) requireBegun(context.attestation, established, context);
  const proven = evidence === undefined ? nothingProven : await provenBy(evidence, established, context);
  requireCustody(context.profile, proven.custody);
  return proven;
}

/** Record and certificate of what was established. @throws NAT_ISSUE_…, NAT_BIRTH_RECORD */
export function completeBirth(
  { facts, publicKey }: EstablishedBirth,
  proven: ProvenCustody,
  choices: BirthChoices,
  known: Pick<KnownFacts, "unitTag">,
  context: EstablishContext,
): NewBirth {
  const birth = newBirth(recordOf(facts, publicKey, proven, choices, context), publicKey, choices, known, context);
  const { statements } = proven;
  if (statements.length === 0) return birth;
  return { ...birth, keptEvidence: encodeKeptEvidence({ statements, ...boundBy(context.attestation) }) };
}

/** A station bears the units of one product line, within its time, both ends included. @throws NAT_BIRTH_STATION_WINDOW */
function requireStationTime({ station }: Authority, { product }: Profile, at: Date): void {
  if (station === undefined) return;
  const second = Math.floor(at.getTime() / 1000) * 1000;
  const isInTime = station.notBefore.getTime() <= second && second <= station.notAfter.getTime();
  if (station.product === product && isInTime) return;
  const [from, until] = [station.notBefore.toISOString(), station.notAfter.toISOString()];
  throw birthError("NAT_BIRTH_STATION_WINDOW", `it is certified for ${station.product} from ${from} until ${until}`);
}

async function provenBy(
  evidence: readonly EvidenceStatement[],
  { facts, publicKey }: EstablishedBirth,
  { evidence: verifiers = [], attestation, profile, at, hash }: EstablishContext,
): Promise<ProvenCustody> {
  const binding = { publicKey, factsHash: hashOfFacts(facts, hash), ...boundBy(attestation) };
  return proveCustody(evidence, binding, { verifiers, profile, at, hash });
}

function boundBy(attestation: OpenAttestation | undefined): Pick<EvidenceBinding, "nonce" | "activation"> {
  if (attestation === undefined) return {};
  const { nonce, activation } = attestation;
  return { nonce, ...(activation && { activation }) };
}

function newBirth(
  record: BirthRecord,
  publicKey: Uint8Array,
  { certificateSerial }: BirthChoices,
  { unitTag }: Pick<KnownFacts, "unitTag">,
  { authority, profile, hash }: EstablishContext,
): NewBirth {
  const { encodedRecord, factsHash } = encodeRecordAndFacts(record, hash);
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
  const issuer = authority.keyId;
  const terms = termsOf(profile);
  const birth = { certificate, certificateSerial, record, encodedRecord, factsHash, issuer, unitTag };
  return { kind: "new", ...birth, ...(terms && { terms }) };
}

function recordOf(
  facts: BirthFacts,
  publicKey: Uint8Array,
  { custody, evidence }: ProvenCustody,
  { deviceId, salt }: BirthChoices,
  { principal, profile, authority, hash }: EstablishContext,
): BirthRecord {
  return {
    ...facts,
    deviceId,
    station: principal.id,
    keyHash: hash.sha256(publicKey),
    custody,
    evidence,
    components: [],
    authorityKeyId: authority.keyIdentifier,
    salt,
    profile: { product: profile.product, version: profile.version },
  };
}
