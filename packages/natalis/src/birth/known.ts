// SPDX-License-Identifier: Apache-2.0
// What the registry knows of a key, a unit and evidence, as data: so that a birth can be prepared and signed in another thread,
// away from the database. The unique indexes decide at the commit whether it still holds.

import { parseCertificationRequest } from "../formats/index.ts";
import type { Profile } from "../issue/index.ts";
import type { Hash, MessageAuthenticator } from "../kernel/index.ts";
import { type BirthIndex, type DeviceRow, unitTag } from "../registry/index.ts";
import type { BirthRequest } from "./request.ts";

export interface KnownFacts {
  /** HMAC-SHA-256 of maker, model and serial: the unit's public name. */
  readonly unitTag: Uint8Array;
  /** SHA-256 of the canonical SPKI. Absent: nothing was looked up. */
  readonly keyHash?: Uint8Array;
  /** The device that was born with this key. */
  readonly byKey?: DeviceRow;
  /** The device that this unit was born as. */
  readonly byUnit?: DeviceRow;
  /** The device that was born with one of these statements of evidence. */
  readonly byEvidence?: DeviceRow;
}

export interface LookUpContext {
  readonly profile: Profile;
  readonly births: Pick<BirthIndex, "birthByKey" | "birthByUnit" | "birthByEvidence">;
  /** Under the registry's key for unit tags. */
  readonly authenticator: MessageAuthenticator;
  readonly hash: Hash;
}

/** Looks up the key, the unit and the evidence of a request. @throws NAT_DER_…, NAT_X509_…, NAT_CBOR_VALUE and what the store throws */
export async function lookUpBirth(request: BirthRequest, context: LookUpContext): Promise<KnownFacts> {
  const { profile, births, authenticator, hash } = context;
  const { publicKey } = parseCertificationRequest(request.certificationRequest);
  const unit = { maker: profile.maker, model: request.model, serial: request.serial };
  const tag = await unitTag(unit, authenticator);
  const keyHash = hash.sha256(publicKey);
  const before = await births.birthByKey(keyHash);
  const byUnit = await births.birthByUnit(tag);
  // A birth that is committed between the two is found by its unit alone, and would be taken for one with another key.
  const byKey = before ?? (byUnit && (await births.birthByKey(keyHash)));
  const digests = (request.evidence ?? []).map(({ statement }) => hash.sha256(statement));
  const byEvidence = digests.length === 0 ? undefined : await births.birthByEvidence(digests);
  const found = { ...(byKey && { byKey }), ...(byUnit && { byUnit }), ...(byEvidence && { byEvidence }) };
  return { unitTag: tag, keyHash, ...found };
}
