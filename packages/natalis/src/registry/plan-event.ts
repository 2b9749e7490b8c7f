// SPDX-License-Identifier: Apache-2.0
// What one event adds to a commit. Each function checks everything before it changes the draft, so an event that is
// refused leaves no trace, and the others of its batch go on.

import { equalBytes, type Hash } from "../kernel/index.ts";
import {
  encodeAuthorityBody,
  encodeBornBody,
  encodeLifecycleBody,
  encodeOperatorBody,
  encodeRefusedBirthBody,
  type StationAuthority,
} from "./body.ts";
import { type CommitDraft, claimKeys } from "./draft.ts";
import { entryTypes } from "./entry.ts";
import { registryError } from "./errors.ts";
import type {
  AuthorityEvent,
  BornEvent,
  LifecycleEvent,
  OperatorEnrolledEvent,
  OperatorRevokedEvent,
  RefusedBirthEvent,
  RegistryEvent,
} from "./events.ts";
import { nextState, reasonOf } from "./lifecycle.ts";
import type { AuthorityRow, BirthClaim, DeviceRow, OperatorRow, RevocationChange } from "./ports.ts";
import { noOwner } from "./state-leaf.ts";
import { isValidAt } from "./validity.ts";

/** Where an event was put, and the device it made or changed, as it then is. */
export interface PlannedEntry {
  readonly index: number;
  /** The public entry. */
  readonly entry: Uint8Array;
  /** What the entry hashes its body with, 16 bytes. */
  readonly salt: Uint8Array;
  readonly device?: DeviceRow;
}

/**
 * Plans one event. @throws NAT_REGISTRY_DUPLICATE, NAT_REGISTRY_OPERATOR, NAT_REGISTRY_WINDOW,
 * NAT_REGISTRY_ADMINISTRATOR, NAT_REGISTRY_QUOTA, NAT_REGISTRY_PRODUCT_QUOTA, NAT_REGISTRY_NOT_EXPECTED,
 * NAT_REGISTRY_DEVICE, NAT_LIFECYCLE_REFUSED, NAT_LIFECYCLE_REASON, NAT_REGISTRY_BODY, NAT_REGISTRY_ENTRY; the draft is
 * then as before
 */
export function planEvent(draft: CommitDraft, event: RegistryEvent, hash: Hash): Promise<PlannedEntry> {
  switch (event.type) {
    case "born":
      return planBirth(draft, event);
    case "authority":
      return planAuthority(draft, event, hash);
    case "operator-enrolled":
      return planEnrolment(draft, event, hash);
    case "operator-revoked":
      return planRevokedOperator(draft, event);
    case "birth-refused":
      return planRefusedBirth(draft, event);
    default:
      return planLifecycle(draft, event);
  }
}

/** What a birth takes for itself. */
export function claimOf({ device, evidence }: BornEvent): BirthClaim {
  const { id, keyHash, unitTag, issuer, certificateSerial } = device;
  return { deviceId: id, keyHash, unitTag, issuer, certificateSerial, ...(evidence && { evidence }) };
}

/** What a lifecycle event changes on the CRLs; `device` is as the event left it. */
export function revocationOf(device: DeviceRow, reason: number, invalidSince?: number): RevocationChange {
  const { issuer, certificateSerial: serial, lastEntry: entry, since } = device;
  const shard = serial[serial.length - 1] as number;
  if (device.state === "active") return { kind: "lifted", issuer, shard, serial, entry };
  const invalid = invalidSince === undefined ? {} : { invalidityDate: invalidSince * 1000 };
  return { kind: "revoked", row: { issuer, shard, serial, reason, revokedAt: since, ...invalid, entry } };
}

async function planBirth(draft: CommitDraft, event: BornEvent): Promise<PlannedEntry> {
  const { device } = event;
  const keys = claimKeys(claimOf(event));
  const taken = draft.takenInBatch(keys);
  if (taken !== undefined) throw registryError("NAT_REGISTRY_DUPLICATE", taken);
  await requireBirthAllowed(draft, event);
  const { id, keyHash, unitTag } = device;
  const ordinal = draft.nextOrdinal;
  const { index, entry, salt } = draft.append(
    entryTypes.born,
    { deviceId: id, ordinal, keyHash, unitTag },
    encodeBornBody(event),
  );
  const now = { state: "active", since: draft.time, bornEntry: index, lastEntry: index, owner: noOwner } as const;
  const row: DeviceRow = { ...device, ordinal, ...now };
  draft.addBirth(row, keys);
  draft.admission.addBirth(event, ordinal);
  return { index, entry, salt, device: row };
}

async function requireBirthAllowed(draft: CommitDraft, event: BornEvent): Promise<void> {
  const { station } = event.device;
  const operator = await draft.operator(station);
  if (operator?.state !== "active") throw registryError("NAT_REGISTRY_OPERATOR", station);
  if (!isValidAt(operator, draft.time)) throw registryError("NAT_REGISTRY_WINDOW", station);
  const refusal = quotaRefusal(operator) ?? (event.terms && (await draft.admission.refusalOf(event)));
  if (refusal === undefined) return;
  // A retry may itself be what used up the quota, or is born of the list: then there is an answer for it.
  const taken = await draft.takenBefore(claimOf(event));
  throw taken === undefined ? refusal : registryError("NAT_REGISTRY_DUPLICATE", taken);
}

function quotaRefusal({ id, born, quota }: OperatorRow): Error | undefined {
  if (quota === undefined || born < quota) return undefined;
  return registryError("NAT_REGISTRY_QUOTA", `${id}: ${born} of ${quota}`);
}

async function planRefusedBirth(draft: CommitDraft, event: RefusedBirthEvent): Promise<PlannedEntry> {
  const { station, code, keyHash, unitTag, deviceId, unrecorded = 0 } = event;
  if ((await draft.operator(station)) === undefined) throw registryError("NAT_REGISTRY_OPERATOR", station);
  if (deviceId !== undefined && (await draft.device(deviceId)) === undefined)
    throw registryError("NAT_REGISTRY_DEVICE", event.type);
  if (await draft.admission.isRecorded(event)) throw registryError("NAT_REGISTRY_DUPLICATE", "refusal");
  const body = encodeRefusedBirthBody(event);
  const { index, entry, salt } = draft.append(entryTypes.refusedBirth, { keyHash, unitTag }, body);
  const device = deviceId === undefined ? {} : { deviceId };
  const row = { entry: index, time: draft.time, station, code, keyHash, unitTag, ...device, unrecorded };
  draft.admission.addIncident(row);
  return { index, entry, salt };
}

async function planLifecycle(draft: CommitDraft, event: LifecycleEvent): Promise<PlannedEntry> {
  const before = await draft.device(event.deviceId);
  if (before === undefined) throw registryError("NAT_REGISTRY_DEVICE", event.type);
  const state = nextState(before.state, event.type);
  const reason = reasonOf(event.type, event.reason);
  requireInvalidityDate(event, draft.time);
  const fields = { deviceId: before.id, ordinal: before.ordinal, previous: before.lastEntry };
  const body = encodeLifecycleBody({ ...event, reason });
  const { index, entry, salt } = draft.append(entryTypes[event.type], fields, body);
  const device: DeviceRow = { ...before, state, since: draft.time, lastEntry: index };
  draft.changeDevice(device);
  draft.changeRevocation(revocationOf(device, reason, event.invalidityDate));
  return { index, entry, salt, device };
}

/** A key is not suspect before 1970, which no log could encode, nor from a time on that has not come. */
function requireInvalidityDate({ type, invalidityDate }: LifecycleEvent, now: number): void {
  if (invalidityDate === undefined) return;
  if (type !== "revoked") throw registryError("NAT_LIFECYCLE_REASON", `an invalidity date for ${type}`);
  if (!Number.isSafeInteger(invalidityDate) || invalidityDate < 0 || invalidityDate * 1000 > now)
    throw registryError("NAT_LIFECYCLE_REASON", `the invalidity date ${invalidityDate}`);
}

async function planAuthority(draft: CommitDraft, event: AuthorityEvent, hash: Hash): Promise<PlannedEntry> {
  const { kind, keyId, keyHash, certificate } = event;
  const certificateHash = hash.sha256(certificate);
  const known = await draft.authority(keyId);
  if (known !== undefined && equalBytes(known.certificateHash, certificateHash))
    throw registryError("NAT_REGISTRY_DUPLICATE", "authority");
  const { index, entry, salt } = draft.append(entryTypes.authority, { keyHash }, encodeAuthorityBody(event));
  draft.addAuthority({ kind, keyId, certificate, certificateHash, entry: index });
  return { index, entry, salt };
}

async function planEnrolment(draft: CommitDraft, event: OperatorEnrolledEvent, hash: Hash): Promise<PlannedEntry> {
  const { operator, authority } = event;
  if ((await draft.operator(operator.id)) !== undefined) throw registryError("NAT_REGISTRY_DUPLICATE", "operator");
  const taken = await draft.takenCredential(operator);
  if (taken !== undefined) throw registryError("NAT_REGISTRY_DUPLICATE", taken);
  // A key that was an authority's once, be it another station's, is nobody else's.
  if (authority !== undefined && (await draft.authority(authority.keyId)) !== undefined)
    throw registryError("NAT_REGISTRY_DUPLICATE", "authority");
  const body = encodeOperatorBody({ ...event, enrolled: operator });
  const { index, entry, salt } = draft.append(entryTypes.station, {}, body);
  draft.addOperator({ ...operator, born: 0, state: "active", enrolledEntry: index, lastEntry: index });
  if (authority !== undefined) draft.addAuthority(stationRow(authority, index, hash));
  return { index, entry, salt };
}

/** How the authorities' table keeps a station's authority. */
export function stationRow({ keyId, certificate }: StationAuthority, entry: number, hash: Hash): AuthorityRow {
  return { kind: "station", keyId, certificate, certificateHash: hash.sha256(certificate), entry };
}

async function planRevokedOperator(draft: CommitDraft, event: OperatorRevokedEvent): Promise<PlannedEntry> {
  const { operatorId: id } = event;
  const operator = await draft.operator(id);
  if (operator?.state !== "active") throw registryError("NAT_REGISTRY_OPERATOR", id);
  if (operator.role === "admin") await requireOtherAdministrator(draft, event);
  const { index, entry, salt } = draft.append(entryTypes.station, {}, encodeOperatorBody({ ...event, revoked: id }));
  draft.changeOperator(operator, { id, state: "revoked", lastEntry: index });
  return { index, entry, salt };
}

/** Whoever revokes an administrator is one and stays one in this very commit: so one is always left. */
async function requireOtherAdministrator(
  draft: CommitDraft,
  { operatorId, actor }: OperatorRevokedEvent,
): Promise<void> {
  const other = actor === operatorId ? undefined : await draft.operator(actor);
  if (other?.role !== "admin" || other.state !== "active")
    throw registryError("NAT_REGISTRY_ADMINISTRATOR", `${operatorId} by ${actor}`);
}
