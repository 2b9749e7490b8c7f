// SPDX-License-Identifier: Apache-2.0
// Android key attestation (the KeyMint HAL's attestation extension). An app gives the challenge before there is a key, so
// the birth key signs the binding value; who has an attestation made of a key that is there may give it as the challenge.
// The chain holds by its signatures: genuine leaves name other issuers, and dates of the leaf are set on the device. Keys
// put in at the factory cannot be replaced, so their chains outlive their last day; those provisioned remotely do not.

import { attributeValues, type Certificate, findExtension, oids } from "../../../formats/index.ts";
import { equalBytes, toHex } from "../../../kernel/index.ts";
import { basicConstraintsOf, chainError, requireBegun, requireValidity } from "../../chain/chain-rules.ts";
import { requireFreshSignature } from "../../chain/fresh-signature.ts";
import { evidenceError } from "../../errors.ts";
import { bindingValue, type EvidenceBinding, type EvidenceContext, type HardwareIdentity } from "../../evidence.ts";
import type { AttestationVendor } from "../vendor.ts";
import type { AuthorizationList } from "./authorization-list.ts";
import {
  authorizations,
  integerOf,
  type KeyDescription,
  keyDescriptionOid,
  parseKeyDescription,
  purposesOf,
  rootOfTrustOf,
  type SecurityLevel,
  securityLevels,
  textOf,
} from "./key-description.ts";
import { type AndroidStatusList, androidStatusOf } from "./status-list.ts";

export interface AndroidKeyPolicy {
  /** As it is known at the time of verification; empty where there is none. */
  readonly statusList: AndroidStatusList;
  /** By default TrustedEnvironment; Software proves nothing. */
  readonly minimumLevel?: Exclude<SecurityLevel, "Software">;
}

const purposeSign = 2;
const purposeAttestKey = 7;
const originGenerated = 0;

export function androidKey({ statusList, minimumLevel = "TrustedEnvironment" }: AndroidKeyPolicy): AttestationVendor {
  return {
    name: "Android key attestation",
    extension: keyDescriptionOid,
    rules: { areNamesChained: false, checkDates, checkIssuer, understood: [keyDescriptionOid] },
    async appraise({ chain, signature }, binding, context) {
      for (const certificate of chain) refuseListed(certificate, statusList);
      const description = descriptionOf(chain[0]);
      requireLevel(description, minimumLevel);
      requireSigningKey(description);
      requireLockedDevice(description);
      if (signature === undefined) requireChallenge(description, binding, context);
      else await requireFreshSignature(signature, binding, context);
      return { custody: 3, hardware: hardwareOf(description), details: detailsOf(description) };
    },
  };
}

function checkDates(certificate: Certificate, at: Date, chain: readonly Certificate[]): void {
  if (certificate === chain[0]) return;
  if (isFactoryProvisioned(chain)) requireBegun(certificate, at);
  else requireValidity(certificate, at);
}

/** Batch keys of factories stand below an intermediate that is named by a serial number, others below Google's servers. */
function isFactoryProvisioned(chain: readonly Certificate[]): boolean {
  const intermediate = chain.at(-1);
  return intermediate !== undefined && attributeValues(intermediate.subject, oids.serialNumber).length > 0;
}

/** Leaf, attestation key, intermediate; where keys are provisioned remotely, a server's key more. */
const longest = { factory: 3, remote: 4 } as const;

/**
 * Google's root has more than attestation below it, so nothing is longer than such chains are, keys that a device made to
 * attest apart; a factory's key may leave unsaid that it is an authority, and none else.
 */
function checkIssuer(issuer: Certificate, below: number, chain: readonly Certificate[]): void {
  const isFactory = isFactoryProvisioned(chain);
  const attestKeys = chain.slice(1).filter(statesKey).length;
  if (chain.length - attestKeys > (isFactory ? longest.factory : longest.remote))
    throw chainError(issuer, `stands in a chain of ${chain.length}`);
  if (statesKey(issuer)) requireAttestKey(issuer, chain[below] as Certificate);
  else if (!(basicConstraintsOf(issuer)?.isAuthority ?? (isFactory && below === 0)))
    throw chainError(issuer, "issued another and is no authority");
}

function statesKey(certificate: Certificate): boolean {
  return findExtension(certificate, keyDescriptionOid) !== undefined;
}

/**
 * What certifies an attested key is no issuer: whoever holds the key may sign what he likes with it. But one that the
 * hardware made for nothing but attesting (KeyMint's ATTEST_KEY, which goes with no other purpose) signs only what the
 * hardware states of other keys.
 */
function requireAttestKey(issuer: Certificate, issued: Certificate): void {
  const { hardwareEnforced, attestationSecurityLevel, keySecurityLevel } = descriptionOf(issuer);
  const isInHardware = attestationSecurityLevel !== "Software" && keySecurityLevel !== "Software";
  const isMadeThere = integerOf(hardwareEnforced, authorizations.origin) === originGenerated;
  const purposes = purposesOf(hardwareEnforced);
  const isForAttesting = purposes.length > 0 && purposes.every((one) => one === purposeAttestKey);
  if (!isInHardware || !isMadeThere || !isForAttesting || !statesKey(issued))
    throw chainError(issuer, "is of an attested key and issued another");
}

function descriptionOf(certificate: Certificate): KeyDescription {
  return parseKeyDescription(findExtension(certificate, keyDescriptionOid)?.value ?? new Uint8Array(0));
}

function refuseListed(certificate: Certificate, statusList: AndroidStatusList): void {
  const status = androidStatusOf(statusList, certificate);
  if (status !== undefined)
    throw evidenceError("NAT_EVIDENCE_REVOKED", `certificate ${toHex(certificate.serialNumber)}: ${status}`);
}

function requireLevel({ attestationSecurityLevel, keySecurityLevel }: KeyDescription, minimum: SecurityLevel): void {
  const lowest = Math.min(...[attestationSecurityLevel, keySecurityLevel].map((one) => securityLevels.indexOf(one)));
  if (lowest < securityLevels.indexOf(minimum))
    throw evidenceError("NAT_EVIDENCE_SECURITY_LEVEL", `${securityLevels[lowest]}, below ${minimum}`);
}

function requireSigningKey({ hardwareEnforced }: KeyDescription): void {
  const origin = integerOf(hardwareEnforced, authorizations.origin);
  if (origin !== originGenerated)
    throw evidenceError("NAT_EVIDENCE_ATTRIBUTES", `origin ${origin ?? "not stated"}: not generated in the hardware`);
  if (!purposesOf(hardwareEnforced).includes(purposeSign))
    throw evidenceError("NAT_EVIDENCE_ATTRIBUTES", "signing is no purpose of the key");
}

function requireLockedDevice({ hardwareEnforced }: KeyDescription): void {
  const trust = rootOfTrustOf(hardwareEnforced);
  if (trust === undefined) throw evidenceError("NAT_EVIDENCE_BOOT_STATE", "the hardware states no root of trust");
  const { deviceLocked, verifiedBootState } = trust;
  if (!deviceLocked || verifiedBootState !== "Verified")
    throw evidenceError("NAT_EVIDENCE_BOOT_STATE", `${deviceLocked ? "locked" : "unlocked"}, ${verifiedBootState}`);
}

function requireChallenge({ challenge }: KeyDescription, binding: EvidenceBinding, { hash }: EvidenceContext): void {
  const expected = bindingValue(binding, hash);
  if (expected !== undefined && !equalBytes(expected, challenge))
    throw evidenceError("NAT_EVIDENCE_FRESHNESS", "the challenge is another");
}

function hardwareOf({ hardwareEnforced, attestationSecurityLevel }: KeyDescription): HardwareIdentity {
  const firmware = firmwareOf(hardwareEnforced);
  return {
    manufacturer: textOf(hardwareEnforced, authorizations.manufacturer) ?? "Android",
    model: textOf(hardwareEnforced, authorizations.model) ?? attestationSecurityLevel,
    ...(firmware === undefined ? {} : { firmware }),
  };
}

/** osVersion is MMmmss in decimal: 80100 is 8.1.0. */
function firmwareOf(list: AuthorizationList): string | undefined {
  const version = integerOf(list, authorizations.osVersion);
  if (version === undefined) return undefined;
  return [Math.floor(version / 10_000), Math.floor(version / 100) % 100, version % 100].join(".");
}

function detailsOf({ hardwareEnforced: list, ...stated }: KeyDescription): (readonly [string, string])[] {
  const optional = [
    ["patch level", integerOf(list, authorizations.osPatchLevel)],
    ["brand", textOf(list, authorizations.brand)],
    ["serial number", textOf(list, authorizations.serialNumber)],
  ] as const;
  return [
    ["attestation version", `${stated.attestationVersion}`],
    ["security level", stated.attestationSecurityLevel],
    ["level of the key", stated.keySecurityLevel],
    ...optional.flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`] as const])),
  ];
}
