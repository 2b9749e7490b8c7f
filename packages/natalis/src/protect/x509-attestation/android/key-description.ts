// SPDX-License-Identifier: Apache-2.0
// KeyDescription, the extension 1.3.6.1.4.1.11129.2.1.17 of Android key attestation, versions 1 to 400: what Keymaster or
// KeyMint states of a key, and of the device that it booted. Only what the hardware enforces is believed.

import { type DerReader, readExactly, tags } from "../../../formats/index.ts";
import { decodeUtf8 } from "../../../kernel/index.ts";
import { evidenceError } from "../../errors.ts";
import { type AuthorizationList, parseAuthorizationList } from "./authorization-list.ts";

export const keyDescriptionOid = "1.3.6.1.4.1.11129.2.1.17";

/** By their numbers in the standard, lowest first. */
export const securityLevels = ["Software", "TrustedEnvironment", "StrongBox"] as const;
export type SecurityLevel = (typeof securityLevels)[number];

export const bootStates = ["Verified", "SelfSigned", "Unverified", "Failed"] as const;

export interface RootOfTrust {
  readonly verifiedBootKey: Uint8Array;
  readonly deviceLocked: boolean;
  readonly verifiedBootState: (typeof bootStates)[number];
}

export interface KeyDescription {
  readonly attestationVersion: number;
  readonly attestationSecurityLevel: SecurityLevel;
  readonly keySecurityLevel: SecurityLevel;
  readonly challenge: Uint8Array;
  readonly hardwareEnforced: AuthorizationList;
}

/** Tags of AuthorizationList. */
export const authorizations = {
  purpose: 1,
  origin: 702,
  rootOfTrust: 704,
  osVersion: 705,
  osPatchLevel: 706,
  brand: 710,
  serialNumber: 713,
  manufacturer: 716,
  model: 717,
} as const;

const mostPurposes = 16;

/** @throws NAT_EVIDENCE_MALFORMED and the NAT_DER_ errors */
export function parseKeyDescription(value: Uint8Array): KeyDescription {
  return readExactly(value, (reader) => {
    const fields = reader.enter();
    const attestationVersion = fields.smallInteger();
    const attestationSecurityLevel = levelOf(fields.smallInteger(tags.enumerated));
    fields.smallInteger();
    const keySecurityLevel = levelOf(fields.smallInteger(tags.enumerated));
    const challenge = fields.octetString();
    fields.octetString();
    parseAuthorizationList(fields.read(tags.sequence));
    const hardwareEnforced = parseAuthorizationList(fields.read(tags.sequence));
    fields.end();
    return { attestationVersion, attestationSecurityLevel, keySecurityLevel, challenge, hardwareEnforced };
  });
}

/** Tag [1], SET OF INTEGER, in any order. @throws the NAT_DER_ errors */
export function purposesOf(list: AuthorizationList): readonly number[] {
  const content = list.get(authorizations.purpose);
  if (content === undefined) return [];
  const elements = readExactly(content, (reader) => reader.setInAnyOrder());
  if (elements.length > mostPurposes) throw malformed(`${elements.length} purposes`);
  return elements.map((element) => readExactly(element, (reader) => reader.smallInteger()));
}

/** An INTEGER of the list. @throws the NAT_DER_ errors */
export function integerOf(list: AuthorizationList, tag: number): number | undefined {
  const content = list.get(tag);
  return content && readExactly(content, (reader) => reader.smallInteger());
}

/** Text of the list: an OCTET STRING of UTF-8. @throws the NAT_DER_ errors, NAT_BYTES_UTF8 */
export function textOf(list: AuthorizationList, tag: number): string | undefined {
  const content = list.get(tag);
  return content && decodeUtf8(readExactly(content, (reader) => reader.octetString()));
}

/** Tag [704]; versions before 3 have no hash at its end. @throws NAT_EVIDENCE_MALFORMED and the NAT_DER_ errors */
export function rootOfTrustOf(list: AuthorizationList): RootOfTrust | undefined {
  const content = list.get(authorizations.rootOfTrust);
  return content && readExactly(content, readRootOfTrust);
}

function readRootOfTrust(reader: DerReader): RootOfTrust {
  const fields = reader.enter();
  const verifiedBootKey = fields.octetString();
  const deviceLocked = isTrue(fields.read(tags.boolean));
  const state = fields.smallInteger(tags.enumerated);
  if (fields.remaining > 0) fields.octetString();
  fields.end();
  const verifiedBootState = bootStates[state];
  if (verifiedBootState === undefined) throw malformed(`the boot state ${state}`);
  return { verifiedBootKey, deviceLocked, verifiedBootState };
}

/** TRUE as any octet but zero: BER, as some implementations write it. */
function isTrue(content: Uint8Array): boolean {
  if (content.length !== 1) throw malformed("a BOOLEAN that is not one octet");
  return content[0] !== 0;
}

function levelOf(number: number): SecurityLevel {
  const level = securityLevels[number];
  if (level === undefined) throw malformed(`the security level ${number}`);
  return level;
}

function malformed(detail: string) {
  return evidenceError("NAT_EVIDENCE_MALFORMED", `the key description has ${detail}`);
}
