// SPDX-License-Identifier: Apache-2.0
// The endorsement keys of the TCG EK Credential Profile for TPM Family 2.0 (2.5, annex B): the templates from which a
// TPM makes them again at any time, and the policies by which they are used. Low range: TPM2_PolicySecret of the
// endorsement hierarchy (PolicyA). High range: that, or what an NV index authorizes (PolicyB), or the key's own empty
// authorization.

import { concatBytes, fromHex, portableDigests } from "../../kernel/index.ts";
import type { ObjectAttribute } from "./object-attributes.ts";
import { uint32 } from "./octets.ts";
import type { AesBits, PublicArea } from "./public-area.ts";

export type EndorsementTemplateName = "L-1" | "L-2" | "H-1" | "H-2" | "H-3" | "H-6" | "H-7";

export interface EndorsementTemplate {
  readonly name: EndorsementTemplateName;
  readonly title: string;
  readonly range: "low" | "high";
  readonly area: PublicArea;
  /** The area's, of which the policies are made too. */
  readonly nameDigest: NameDigest;
  /** NV index of its certificate (annex 2.2.1.4 and 2.2.1.5). */
  readonly certificateIndex: number;
}

/** TPM_RH_ENDORSEMENT */
const endorsementHierarchy = 0x4000_000b;
const policySecretCommand = 0x0000_0151;
const policyOrCommand = 0x0000_0171;

type NameDigest = "SHA-256" | "SHA-384";

/** PolicyC: TPM2_PolicyAuthorizeNV of the index that a TPM's owner may set (B.6.4). */
const policyC: Readonly<Record<NameDigest, Uint8Array>> = {
  "SHA-256": fromHex("3767e2edd43ff45a3a7e1eaefcef78643dca964632e7aad82c673a30d8633fde"),
  "SHA-384": fromHex(
    "d6032ce61f2fb3c240eb3cf6a33237ef2b6a16f4293c22b455e261cffd217ad5b4947c2d73e63005eed2dc2b3593d165",
  ),
};

/** PolicyA: TPM2_PolicySecret(TPM_RH_ENDORSEMENT) with nothing else (B.6.2; Part 3, 23.4). */
function endorsementPolicyA(digest: NameDigest): Uint8Array {
  const hash = portableDigests[digest];
  const start = new Uint8Array(policyC[digest].length);
  return hash(hash(concatBytes(start, uint32(policySecretCommand), uint32(endorsementHierarchy))));
}

/** PolicyB: TPM2_PolicyOR of PolicyA and PolicyC (B.6.5; Part 3, 23.6). */
function endorsementPolicyB(digest: NameDigest): Uint8Array {
  const start = new Uint8Array(policyC[digest].length);
  return portableDigests[digest](concatBytes(start, uint32(policyOrCommand), ...branchesOf(digest)));
}

/** What TPM2_PolicyOR is given for a key of the high range. */
export function endorsementPolicyBranches({ nameDigest }: EndorsementTemplate): readonly Uint8Array[] {
  return branchesOf(nameDigest);
}

function branchesOf(digest: NameDigest): readonly Uint8Array[] {
  return [endorsementPolicyA(digest), policyC[digest]];
}

const lowAttributes: readonly ObjectAttribute[] = [
  "fixedTPM",
  "fixedParent",
  "sensitiveDataOrigin",
  "adminWithPolicy",
  "restricted",
  "decrypt",
];
const highAttributes: readonly ObjectAttribute[] = [...lowAttributes, "userWithAuth"];
const zeros = (octets: number) => new Uint8Array(octets);

const low = (aesBits: AesBits) => ({
  nameDigest: "SHA-256" as const,
  attributes: new Set(lowAttributes),
  policy: endorsementPolicyA("SHA-256"),
  aesBits,
});
const high = (nameDigest: NameDigest, aesBits: AesBits) => ({
  nameDigest,
  attributes: new Set(highAttributes),
  policy: endorsementPolicyB(nameDigest),
  aesBits,
});

/** In the order in which they are preferred: the stronger first. */
export const endorsementTemplates: readonly EndorsementTemplate[] = [
  template("H-3", 0x01c0_0016, {
    type: "ECC",
    ...high("SHA-384", 256),
    curve: "P-384",
    x: zeros(0),
    y: zeros(0),
  }),
  template("H-7", 0x01c0_001e, {
    type: "RSA",
    ...high("SHA-384", 256),
    keyBits: 4096,
    exponent: 0,
    modulus: zeros(0),
  }),
  template("H-6", 0x01c0_001c, {
    type: "RSA",
    ...high("SHA-384", 256),
    keyBits: 3072,
    exponent: 0,
    modulus: zeros(0),
  }),
  template("H-2", 0x01c0_0014, {
    type: "ECC",
    ...high("SHA-256", 128),
    curve: "P-256",
    x: zeros(0),
    y: zeros(0),
  }),
  template("H-1", 0x01c0_0012, {
    type: "RSA",
    ...high("SHA-256", 128),
    keyBits: 2048,
    exponent: 0,
    modulus: zeros(0),
  }),
  template("L-2", 0x01c0_000a, {
    type: "ECC",
    ...low(128),
    curve: "P-256",
    x: zeros(32),
    y: zeros(32),
  }),
  template("L-1", 0x01c0_0002, {
    type: "RSA",
    ...low(128),
    keyBits: 2048,
    exponent: 0,
    modulus: zeros(256),
  }),
];

/** The template that a key was made from, whatever its unique value; undefined where it is none of the profile's. */
export function endorsementTemplateOf(area: PublicArea): EndorsementTemplate | undefined {
  return endorsementTemplates.find((one) => shapeOf(one.area) === shapeOf(area));
}

function template(
  name: EndorsementTemplateName,
  certificateIndex: number,
  area: PublicArea & { readonly nameDigest: NameDigest },
): EndorsementTemplate {
  const kind = area.type === "RSA" ? `RSA-${area.keyBits}` : area.curve;
  const range = name.startsWith("L") ? "low" : "high";
  return {
    name,
    title: `${kind}, ${range} range (${name})`,
    range,
    area,
    nameDigest: area.nameDigest,
    certificateIndex,
  };
}

/** Everything of a public area but its unique value. */
function shapeOf(area: PublicArea): string {
  const { type, nameDigest, attributes, policy, aesBits, scheme } = area;
  const size = area.type === "RSA" ? [area.keyBits, area.exponent === 65537 ? 0 : area.exponent] : [area.curve];
  return [type, nameDigest, [...attributes].toSorted().join(), policy.join(), aesBits, scheme?.name, ...size].join("|");
}
