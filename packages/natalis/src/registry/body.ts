// SPDX-License-Identifier: Apache-2.0
// Bodies of log entries (DESIGN 3.4), deterministic CBOR: what authorised readers see of an event, bound to its public
// entry by a salted hash. Of a birth: [record, certificate]. Of all others: a map with the numbers of `fields`.

import {
  asArray,
  asBytes,
  asMap,
  asText,
  asUnsigned,
  type CborMap,
  type CborValue,
  CborWriter,
  decodeCbor,
  encodeCbor,
  majorTypes,
} from "../formats/index.ts";
import { fromHex, toHex } from "../kernel/index.ts";
import { latestTime } from "./entry.ts";
import { registryError } from "./errors.ts";
import type { AuthorityKind, OperatorCredentials, OperatorRole } from "./ports.ts";
import { refusingAs } from "./refusal.ts";

/** Permanent numbers. */
const fields = {
  reason: 1,
  actor: 2,
  note: 3,
  invalidityDate: 4,
  kind: 5,
  certificate: 6,
  keyId: 7,
  operator: 8,
  name: 9,
  role: 10,
  products: 11,
  quota: 12,
  tokenHash: 13,
  certificateHash: 14,
  notBefore: 15,
  notAfter: 16,
  station: 17,
  code: 18,
  device: 19,
  window: 20,
  unrecorded: 21,
} as const;

const maximumActorLength = 64;
const maximumNameLength = 128;
const maximumNoteLength = 1000;
const maximumProducts = 1000;
/** A code of the birth catalogue. */
const refusalCodeForm = /^NAT_[A-Z0-9_]{1,60}$/;
const operatorIdForm = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const authorityKinds: readonly AuthorityKind[] = ["root", "issuing", "server", "verdict"];
const operatorRoles: readonly OperatorRole[] = ["admin", "registrar", "station", "auditor"];

/** The documents of a birth: the record (deterministic CBOR, DESIGN 3.2) and the certificate (DER). */
export interface BornBody {
  readonly record: Uint8Array;
  readonly certificate: Uint8Array;
}

/** Who caused an event (an operator's id, "init" for the first), and what they had to say. */
export interface Cause {
  /** 1 to 64 characters. */
  readonly actor: string;
  /** At most 1,000 characters. */
  readonly note?: string;
}

export interface LifecycleBody extends Cause {
  /** CRLReason, RFC 5280 section 5.3.1. */
  readonly reason: number;
  /** RFC 5280 section 5.3.2, Unix seconds. */
  readonly invalidityDate?: number;
}

export interface AuthorityBody extends Cause {
  readonly kind: AuthorityKind;
  /** Subject key identifier, hexadecimal. */
  readonly keyId: string;
  readonly certificate: Uint8Array;
}

/** An operator as it is enrolled, with one of the credentials at least. */
export interface NewOperator extends OperatorCredentials {
  /** [a-z0-9-], 1 to 64 characters, no hyphen at either end. */
  readonly id: string;
  /** At most 128 characters. */
  readonly name: string;
  readonly role: OperatorRole;
  readonly products: readonly string[];
  readonly quota?: number;
  /** When its enrolment begins to be valid, and when it ceases, Unix milliseconds, both included; absent: no bound. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** What became of a birth that someone was born with before. */
export interface RefusedBirthBody extends Cause {
  /** The operator that asked. */
  readonly station: string;
  /** What it was refused for: NAT_BIRTH_KEY_REUSED and the like. */
  readonly code: string;
  /** The device that holds what was claimed again. */
  readonly deviceId?: Uint8Array;
  /** Refusals of this station since its last entry that were too many to enter; absent: none. */
  readonly unrecorded?: number;
}

/** The authority of a station that bears units without a connection; product and quota are its operator's. */
export interface StationAuthority {
  /** Subject key identifier, hexadecimal. */
  readonly keyId: string;
  /** DER; its subject's common name is the operator's id. */
  readonly certificate: Uint8Array;
  /** When births may be, Unix seconds, both included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** An operator enrolled; a station perhaps with an authority of its own. */
export interface OperatorEnrolment {
  readonly enrolled: NewOperator;
  readonly authority?: StationAuthority | undefined;
}

/** A station entry's body: an operator enrolled, or (with nothing but its id) revoked. */
export type OperatorBody = Cause & (OperatorEnrolment | { readonly enrolled?: undefined; readonly revoked: string });

const writer = new CborWriter();

export function encodeBornBody({ record, certificate }: BornBody): Uint8Array {
  writer.reset();
  writer.head(majorTypes.array, 2);
  writer.bytes(record);
  writer.bytes(certificate);
  return writer.written().slice();
}

/** @throws NAT_REGISTRY_BODY */
export function parseBornBody(bytes: Uint8Array): BornBody {
  return refusingAs("NAT_REGISTRY_BODY", () => {
    const [record, certificate] = asArray(decodeCbor(bytes), 2);
    return { record: asBytes(record), certificate: asBytes(certificate) };
  });
}

/** @throws NAT_REGISTRY_BODY */
export function encodeLifecycleBody(body: LifecycleBody): Uint8Array {
  return encodeFields(body, [
    [fields.reason, body.reason],
    [fields.invalidityDate, body.invalidityDate],
  ]);
}

/** @throws NAT_REGISTRY_BODY */
export function parseLifecycleBody(bytes: Uint8Array): LifecycleBody {
  return refusingAs("NAT_REGISTRY_BODY", () => {
    const map = readFields(bytes, [fields.reason, fields.invalidityDate]);
    const invalidityDate = map.get(fields.invalidityDate);
    return {
      ...causeOf(map),
      reason: asUnsigned(map.get(fields.reason)),
      ...(invalidityDate === undefined ? {} : { invalidityDate: asUnsigned(invalidityDate) }),
    };
  });
}

/** @throws NAT_REGISTRY_BODY */
export function encodeAuthorityBody(body: AuthorityBody): Uint8Array {
  return encodeFields(body, [
    [fields.kind, oneOf(authorityKinds, body.kind)],
    [fields.certificate, body.certificate],
    [fields.keyId, fromHex(body.keyId)],
  ]);
}

/** @throws NAT_REGISTRY_BODY */
export function parseAuthorityBody(bytes: Uint8Array): AuthorityBody {
  return refusingAs("NAT_REGISTRY_BODY", () => {
    const map = readFields(bytes, [fields.kind, fields.certificate, fields.keyId]);
    return {
      ...causeOf(map),
      kind: oneOf(authorityKinds, asText(map.get(fields.kind))),
      keyId: toHex(asBytes(map.get(fields.keyId))),
      certificate: asBytes(map.get(fields.certificate)),
    };
  });
}

/** @throws NAT_REGISTRY_BODY */
export function encodeOperatorBody(body: OperatorBody): Uint8Array {
  if (body.enrolled === undefined) return encodeFields(body, [[fields.operator, operatorId(body.revoked)]]);
  const { id, name, role, products, quota, notBefore, notAfter } = body.enrolled;
  requireWindow(body.enrolled);
  if (name.length > maximumNameLength) throw registryError("NAT_REGISTRY_BODY", `a name of ${name.length}`);
  const { tokenHash, certificateHash } = credentialsOf(body.enrolled);
  return encodeFields(body, [
    [fields.operator, operatorId(id)],
    [fields.name, name],
    [fields.role, oneOf(operatorRoles, role)],
    [fields.products, productsOf(products)],
    [fields.quota, quota],
    [fields.tokenHash, tokenHash],
    [fields.certificateHash, certificateHash],
    [fields.notBefore, notBefore],
    [fields.notAfter, notAfter],
    ...(body.authority === undefined ? [] : authorityFields(body.authority, body.enrolled)),
  ]);
}

/** Such a station has one product line, and its births are counted. */
function authorityFields(authority: StationAuthority, operator: NewOperator): [number, CborValue][] {
  const { keyId, certificate, notBefore, notAfter } = authority;
  if (operator.role !== "station" || operator.products.length !== 1 || operator.quota === undefined)
    throw registryError("NAT_REGISTRY_BODY", "an authority is a station's of one product line, with a quota");
  if (!(notBefore <= notAfter)) throw registryError("NAT_REGISTRY_BODY", "a window that ends before it begins");
  return [
    [fields.certificate, certificate],
    [fields.keyId, fromHex(keyId)],
    [fields.window, [notBefore, notAfter]],
  ];
}

/** @throws NAT_REGISTRY_BODY */
export function parseOperatorBody(bytes: Uint8Array): OperatorBody {
  return refusingAs("NAT_REGISTRY_BODY", () => {
    const { operator, name, role, products, quota, tokenHash, certificateHash, notBefore, notAfter } = fields;
    const validity = [notBefore, notAfter];
    const ofOperator = [operator, name, role, products, quota, tokenHash, certificateHash, ...validity];
    const { certificate, keyId, window } = fields;
    const map = readFields(bytes, [...ofOperator, certificate, keyId, window]);
    const id = operatorId(asText(map.get(operator)));
    if (!map.has(role)) return { ...causeOf(asMap(map, [fields.actor, fields.note, operator])), revoked: id };
    const bound = map.get(quota);
    const enrolled = {
      id,
      name: asText(map.get(name), maximumNameLength),
      role: oneOf(operatorRoles, asText(map.get(role))),
      products: productsOf(asArray(map.get(products)).map((product) => asText(product))),
      ...(bound === undefined ? {} : { quota: asUnsigned(bound) }),
      ...credentialsOf({
        ...(map.has(tokenHash) && { tokenHash: asBytes(map.get(tokenHash)) }),
        ...(map.has(certificateHash) && { certificateHash: asBytes(map.get(certificateHash)) }),
      }),
      ...(map.has(notBefore) && { notBefore: asUnsigned(map.get(notBefore)) }),
      ...(map.has(notAfter) && { notAfter: asUnsigned(map.get(notAfter)) }),
    };
    requireWindow(enrolled);
    if (!map.has(certificate)) return { ...causeOf(asMap(map, [fields.actor, fields.note, ...ofOperator])), enrolled };
    const authority = authorityOf(map);
    authorityFields(authority, enrolled);
    return { ...causeOf(map), enrolled, authority };
  });
}

function authorityOf(map: CborMap): StationAuthority {
  const [notBefore, notAfter] = asArray(map.get(fields.window), 2);
  return {
    keyId: toHex(asBytes(map.get(fields.keyId), 20)),
    certificate: asBytes(map.get(fields.certificate)),
    notBefore: asUnsigned(notBefore),
    notAfter: asUnsigned(notAfter),
  };
}

/** @throws NAT_REGISTRY_BODY */
export function encodeRefusedBirthBody(body: RefusedBirthBody): Uint8Array {
  checkRefusedBirth(body);
  return encodeFields(body, [
    [fields.station, body.station],
    [fields.code, body.code],
    [fields.device, body.deviceId],
    [fields.unrecorded, body.unrecorded],
  ]);
}

/** @throws NAT_REGISTRY_BODY */
export function parseRefusedBirthBody(bytes: Uint8Array): RefusedBirthBody {
  return refusingAs("NAT_REGISTRY_BODY", () => {
    const { station, code, device, unrecorded } = fields;
    const map = readFields(bytes, [station, code, device, unrecorded]);
    const body = {
      ...causeOf(map),
      station: asText(map.get(station)),
      code: asText(map.get(code)),
      ...(map.has(device) && { deviceId: asBytes(map.get(device)) }),
      ...(map.has(unrecorded) && { unrecorded: asUnsigned(map.get(unrecorded)) }),
    };
    checkRefusedBirth(body);
    return body;
  });
}

function checkRefusedBirth({ station, code, deviceId, unrecorded }: RefusedBirthBody): void {
  operatorId(station);
  if (!refusalCodeForm.test(code)) throw registryError("NAT_REGISTRY_BODY", `a code of ${code.length} characters`);
  if (deviceId !== undefined && deviceId.length !== 16)
    throw registryError("NAT_REGISTRY_BODY", `a device id of ${deviceId.length} bytes`);
  // Absent and zero would be two bodies of one meaning.
  if (unrecorded === 0) throw registryError("NAT_REGISTRY_BODY", "a count of nothing");
}

function requireWindow({ notBefore = 0, notAfter = latestTime }: Pick<NewOperator, "notBefore" | "notAfter">): void {
  const areTimes = Number.isSafeInteger(notBefore) && Number.isSafeInteger(notAfter) && notBefore >= 0;
  if (!areTimes || notBefore > notAfter || notAfter > latestTime)
    throw registryError("NAT_REGISTRY_BODY", `valid from ${notBefore} to ${notAfter}`);
}

function encodeFields(cause: Cause, own: readonly (readonly [number, CborValue | undefined])[]): Uint8Array {
  requireLength(cause.actor, 1, maximumActorLength, "an actor");
  if (cause.note !== undefined) requireLength(cause.note, 0, maximumNoteLength, "a note");
  const map = new Map<number, CborValue>([[fields.actor, cause.actor]]);
  if (cause.note !== undefined) map.set(fields.note, cause.note);
  for (const [field, value] of own) if (value !== undefined) map.set(field, value);
  return refusingAs("NAT_REGISTRY_BODY", () => encodeCbor(map));
}

function readFields(bytes: Uint8Array, own: readonly number[]): CborMap {
  return asMap(decodeCbor(bytes), [fields.actor, fields.note, ...own]);
}

function causeOf(map: CborMap): Cause {
  const actor = asText(map.get(fields.actor), maximumActorLength);
  requireLength(actor, 1, maximumActorLength, "an actor");
  const note = map.get(fields.note);
  return { actor, ...(note === undefined ? {} : { note: asText(note, maximumNoteLength) }) };
}

function operatorId(id: string): string {
  if (!operatorIdForm.test(id)) throw registryError("NAT_REGISTRY_BODY", `an operator id of ${id.length} characters`);
  return id;
}

/** One credential or both, each a SHA-256. */
function credentialsOf({ tokenHash, certificateHash }: OperatorCredentials): OperatorCredentials {
  const hashes = [tokenHash, certificateHash].filter((hash) => hash !== undefined);
  if (hashes.length === 0 || hashes.some(({ length }) => length !== 32))
    throw registryError(
      "NAT_REGISTRY_BODY",
      `credentials of ${hashes.map(({ length }) => length).join(", ") || "no"} bytes`,
    );
  return { ...(tokenHash && { tokenHash }), ...(certificateHash && { certificateHash }) };
}

function productsOf(products: readonly string[]): readonly string[] {
  if (products.length > maximumProducts) throw registryError("NAT_REGISTRY_BODY", `${products.length} products`);
  return products;
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((item) => item === value);
  if (found === undefined) throw registryError("NAT_REGISTRY_BODY", `not one of ${known.join(", ")}`);
  return found;
}

function requireLength(text: string, least: number, most: number, what: string): void {
  if (text.length < least || text.length > most)
    throw registryError("NAT_REGISTRY_BODY", `${what} of ${text.length} characters`);
}
