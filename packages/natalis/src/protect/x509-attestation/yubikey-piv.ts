// SPDX-License-Identifier: Apache-2.0
// PIV attestation of YubiKeys (Yubico's OID arc 1.3.6.1.4.1.41482.3): the key in slot f9 certifies a key that was
// generated in another slot; imported keys are not attested. There is no challenge in it, so the birth key signs the
// binding value. Values of the extensions are bare octets, the serial number alone is DER.

import {
  attributeValues,
  type Certificate,
  type Extension,
  findExtension,
  oids,
  readExactly,
  readKeyFacts,
} from "../../formats/index.ts";
import { basicConstraintsOf, chainError, requireAuthority, requireValidity } from "../chain/chain-rules.ts";
import { requireFreshSignature } from "../chain/fresh-signature.ts";
import { evidenceError } from "../errors.ts";
import type { AttestationVendor } from "./vendor.ts";

const arc = "1.3.6.1.4.1.41482.3";
const extensions = {
  firmware: `${arc}.3`,
  serialNumber: `${arc}.7`,
  policy: `${arc}.8`,
  formFactor: `${arc}.9`,
  fips: `${arc}.10`,
  cspn: `${arc}.11`,
} as const;

const pinPolicies = ["default", "never", "once", "always", "match once", "match always"];
const touchPolicies = ["default", "never", "always", "cached"];
const formFactors = [
  "unspecified",
  "USB-A keychain",
  "USB-A nano",
  "USB-C keychain",
  "USB-C nano",
  "USB-C Lightning",
  "USB-A biometric keychain",
  "USB-C biometric keychain",
];

/** The high bits of the form factor are flags of the edition. */
const formFactorMask = 0x0f;
const fipsFlag = 0x80;

/** What a YubiKey states of a key in one of its slots. */
export interface YubikeyStatement {
  /** Major, minor, patch. */
  readonly firmware: readonly [number, number, number];
  /** Some certificates of 2018 have none. */
  readonly serialNumber?: bigint;
  readonly pinPolicy: string;
  readonly touchPolicy: string;
  readonly formFactor?: string;
  readonly edition?: "FIPS" | "CSPN";
  /** Two hexadecimal digits, from the subject. */
  readonly slot?: string;
}

export const yubikeyPiv: AttestationVendor = {
  name: "YubiKey PIV",
  extension: extensions.policy,
  rules: { areNamesChained: true, checkDates: requireValidity, checkIssuer: checkYubikeyIssuer, understood: [] },
  async appraise({ chain: [leaf], signature }, binding, context) {
    const stated = readYubikeyStatement(leaf);
    refuseWeakGenerator(stated, leaf);
    await requireFreshSignature(signature, binding, context);
    const { edition, firmware } = stated;
    const model = edition === undefined ? "YubiKey" : `YubiKey ${edition}`;
    const hardware = { manufacturer: "Yubico", model, firmware: firmware.join(".") };
    return { custody: 3, hardware, details: detailsOf(stated) };
  },
};

/** @throws NAT_EVIDENCE_MALFORMED and the NAT_DER_ errors */
export function readYubikeyStatement(leaf: Certificate): YubikeyStatement {
  const octets = (oid: string, length: number) => octetsOf(findExtension(leaf, oid), length);
  const firmware = octets(extensions.firmware, 3);
  const policy = octets(extensions.policy, 2);
  if (firmware === undefined || policy === undefined)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "no firmware version or no policy of the key");
  const serial = findExtension(leaf, extensions.serialNumber);
  const form = octets(extensions.formFactor, 1);
  const [, slot] =
    /^YubiKey PIV Attestation ([0-9a-f]{2})$/.exec(attributeValues(leaf.subject, oids.commonName)[0] ?? "") ?? [];
  return {
    firmware: [...firmware] as [number, number, number],
    ...(serial === undefined ? {} : { serialNumber: readExactly(serial.value, (reader) => reader.unsigned(8)) }),
    pinPolicy: wordOf(pinPolicies, policy[0]),
    touchPolicy: wordOf(touchPolicies, policy[1]),
    ...(form === undefined ? {} : { formFactor: wordOf(formFactors, (form[0] as number) & formFactorMask) }),
    ...editionOf(leaf, form?.[0] ?? 0),
    ...(slot === undefined ? {} : { slot }),
  };
}

/**
 * Intermediates are authorities, but for certificates of slot f9 from 2018, which do not say so. Whatever certifies an
 * attested key, which states its policy, is no issuer: its holder may sign what he likes with that key.
 */
function checkYubikeyIssuer(issuer: Certificate, below: number): void {
  const has = (oid: string) => findExtension(issuer, oid) !== undefined;
  if (has(extensions.policy)) throw chainError(issuer, "is of an attested key and issued another");
  const isAttestationSlot = below === 0 && has(extensions.firmware) && basicConstraintsOf(issuer) === undefined;
  if (!isAttestationSlot) requireAuthority(issuer, below);
}

/** RSA keys made by firmware 4.2.6 to 4.3.4 can be factored (CVE-2017-15361, YSA-2017-01). */
function refuseWeakGenerator({ firmware: [major, minor, patch] }: YubikeyStatement, { publicKey }: Certificate): void {
  const version = major * 65_536 + minor * 256 + patch;
  if (version < 0x040206 || version > 0x040304 || readKeyFacts(publicKey).kind !== "RSA") return;
  throw evidenceError("NAT_EVIDENCE_ATTRIBUTES", "an RSA key by a generator whose keys can be factored");
}

function octetsOf(extension: Extension | undefined, length: number): Uint8Array | undefined {
  if (extension !== undefined && extension.value.length !== length)
    throw evidenceError(
      "NAT_EVIDENCE_MALFORMED",
      `${extension.oid} of ${extension.value.length} octets, not ${length}`,
    );
  return extension?.value;
}

/** YubiKeys of the FIPS series say so in the form factor, not all of them in an extension too. */
function editionOf(leaf: Certificate, formFactor: number): Pick<YubikeyStatement, "edition"> {
  if ((formFactor & fipsFlag) !== 0 || findExtension(leaf, extensions.fips) !== undefined) return { edition: "FIPS" };
  return findExtension(leaf, extensions.cspn) === undefined ? {} : { edition: "CSPN" };
}

function wordOf(words: readonly string[], value: number | undefined): string {
  return words[value as number] ?? `unknown (${value})`;
}

function detailsOf(stated: YubikeyStatement): (readonly [string, string])[] {
  const { serialNumber, pinPolicy, touchPolicy, formFactor, slot } = stated;
  return [
    ...(serialNumber === undefined ? [] : [["serial number", `${serialNumber}`] as const]),
    ...(slot === undefined ? [] : [["slot", slot] as const]),
    ["PIN policy", pinPolicy],
    ["touch policy", touchPolicy],
    ...(formFactor === undefined ? [] : [["form factor", formFactor] as const]),
  ];
}
