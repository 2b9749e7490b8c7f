// SPDX-License-Identifier: Apache-2.0
// A TPM that lies as a test asks it to: public areas, endorsement certificates and attestations around software keys.
// Only for showing what verifiers take and refuse.

import {
  encodeBasicConstraints,
  encodeExtendedKeyUsage,
  encodeGeneralNames,
  encodeKeyUsage,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeUtf8String,
  type Extension,
  joinEcdsaIntegers,
  type KeyUsage,
  oids,
  parseName,
  rawPublicKey,
} from "../formats/index.ts";

import type { Digest, Signer } from "../kernel/index.ts";
import {
  type AttestationClaim,
  type CertifyAttest,
  type EccPublicArea,
  encodeCertifyAttest,
  encodePublicArea,
  encodeTpmSignature,
  type EndorsementTemplateName,
  endorsementTemplates,
  objectName,
  type ObjectAttribute,
  type PublicArea,
} from "../protect/index.ts";
import { extension, type Forged, forgeCertificate } from "./certificate-forge.ts";

const immovable: readonly ObjectAttribute[] = ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "userWithAuth"];
const noOctets = new Uint8Array(0);

/** The key of a signer as a TPM would describe it. */
export function forgeArea(signer: Signer, attributes: readonly ObjectAttribute[], nameDigest?: Digest): EccPublicArea {
  const { algorithm, publicKey } = signer;
  const point = rawPublicKey(algorithm, publicKey).subarray(1);
  const curve = algorithm.key === "P-384" ? "P-384" : "P-256";
  const digest = curve === "P-384" ? "SHA-384" : "SHA-256";
  const [x, y] = [point.subarray(0, point.length / 2), point.subarray(point.length / 2)];
  const set = new Set([...immovable, ...attributes]);
  const scheme = { name: "ECDSA", digest } as const;
  return { type: "ECC", nameDigest: nameDigest ?? digest, attributes: set, policy: noOctets, scheme, curve, x, y };
}

export function without(area: EccPublicArea, ...names: readonly ObjectAttribute[]): EccPublicArea {
  return { ...area, attributes: new Set([...area.attributes].filter((one) => !names.includes(one))) };
}

/** An elliptic curve key in the shape of a template of the EK credential profile. */
export function forgeEndorsementArea(name: EndorsementTemplateName, signer: Signer): EccPublicArea {
  const template = endorsementTemplates.find((one) => one.name === name)?.area as EccPublicArea;
  const { x, y } = forgeArea(signer, []);
  return { ...template, x, y };
}

/** subjectAltName that names a TPM, in one relative name or in several. */
export function tpmNames(values: readonly (readonly [oid: string, value: string])[], isOne = true): Extension {
  const attributes = values.map(([oid, value]) => encodeSequence(encodeOid(oid), encodeUtf8String(value)));
  const sets = isOne ? [encodeSetOf(attributes)] : attributes.map((one) => encodeSetOf([one]));
  const value = parseName(encodeSequence(...sets));
  return extension(oids.subjectAltName, encodeGeneralNames([{ kind: "directoryName", value }]), true);
}

export const forgedTpmNames = [
  ["2.23.133.2.1", "id:4E544300"],
  ["2.23.133.2.2", "NPCT75x"],
  ["2.23.133.2.3", "id:00070002"],
] as const;

/** What the EK credential profile asks of a certificate; one of those given here replaces that one. */
export function endorsementExtensions(usage: KeyUsage = "keyAgreement"): Extension[] {
  return [
    tpmNames(forgedTpmNames),
    extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: false }), true),
    extension(oids.keyUsage, encodeKeyUsage([usage]), true),
    extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(["2.23.133.8.1"])),
  ];
}

/** What WebAuthn 8.3.1 asks of an attestation key's certificate. */
export function attestationExtensions(): Extension[] {
  const own = [oids.keyUsage, oids.extendedKeyUsage];
  return [
    ...endorsementExtensions().filter(({ oid }) => !own.includes(oid as (typeof own)[number])),
    extension(oids.keyUsage, encodeKeyUsage(["digitalSignature"]), true),
    extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(["2.23.133.8.3"])),
  ];
}

/** A certificate without a subject, as TPM makers issue them. */
export function forgeTpmCertificate(issuer: Forged, signer: Signer, extensions: readonly Extension[]): Promise<Forged> {
  return forgeCertificate({ name: "", subject: encodeSequence(), issuer, signer, extensions });
}

export interface ForgedTpm {
  readonly attestationSigner: Signer;
  readonly attestationKey: EccPublicArea;
  /** As the device shows it, without the certificates of authorities. */
  readonly claim: AttestationClaim;
  readonly certificate: Forged;
}

export interface ForgedTpmOptions {
  readonly issuer: Forged;
  readonly endorsement: Signer;
  readonly attestation: Signer;
  readonly template?: EndorsementTemplateName | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  /** Instead of what the keys give. */
  readonly endorsementArea?: PublicArea | undefined;
  readonly attestationArea?: EccPublicArea | undefined;
}

/** A TPM whose endorsement key is a software key in the shape of a template. */
export async function forgeTpm(options: ForgedTpmOptions): Promise<ForgedTpm> {
  const { issuer, endorsement, attestation, template = "L-2", extensions = endorsementExtensions() } = options;
  const { endorsementArea = forgeEndorsementArea(template, endorsement) } = options;
  const { attestationArea = forgeArea(attestation, ["restricted", "sign"]) } = options;
  const certificate = await forgeTpmCertificate(issuer, endorsement, extensions);
  const claim = {
    endorsementCertificates: [certificate.certificate.der],
    endorsementKey: encodePublicArea(endorsementArea),
    attestationKey: encodePublicArea(attestationArea),
  };
  return { attestationSigner: attestation, attestationKey: attestationArea, claim, certificate };
}

export interface ForgedAttest {
  readonly attest: Uint8Array;
  readonly signature: Uint8Array;
}

/** TPM2_Certify of an object by a software key. */
export async function forgeCertify(
  signer: Signer,
  object: PublicArea,
  extraData: Uint8Array,
  altered: Partial<CertifyAttest> = {},
): Promise<ForgedAttest> {
  const name = objectName(encodePublicArea(object));
  const attest = encodeCertifyAttest({
    qualifiedSigner: name,
    extraData,
    clock: 1_000_000n,
    resetCount: 7,
    restartCount: 1,
    safe: true,
    firmwareVersion: 0x0007_0002_0000_0000n,
    name,
    qualifiedName: name,
    ...altered,
  });
  return { attest, signature: await tpmSignature(signer, attest) };
}

async function tpmSignature(signer: Signer, data: Uint8Array): Promise<Uint8Array> {
  const { digest, ecdsaIntegerLength: width = 0 } = signer.algorithm;
  const joined = joinEcdsaIntegers(await signer.sign(data), width);
  const [r, s] = [joined.subarray(0, width), joined.subarray(width)];
  return encodeTpmSignature({ scheme: "ECDSA", digest: digest ?? "SHA-256", r, s });
}
