// SPDX-License-Identifier: Apache-2.0
// The templates of our own keys. From a template and a hierarchy's seed a TPM makes the same primary key whenever it is
// asked: so attestation key and storage key take no place in it.

import { algorithms } from "natalis/formats";
import type { SignatureAlgorithm } from "natalis/kernel";
import type { EccPublicArea, ObjectAttribute, PublicArea, TpmCurve } from "natalis/protect";
import { tpmError } from "./errors.ts";

const noOctets = new Uint8Array(0);
/** noDA: they have no authorization that could be guessed, and a lockout must not stop a device. */
const common: readonly ObjectAttribute[] = ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "userWithAuth", "noDA"];

function eccTemplate(
  curve: TpmCurve,
  attributes: readonly ObjectAttribute[],
  more: Pick<EccPublicArea, "scheme" | "aesBits">,
): EccPublicArea {
  return {
    type: "ECC",
    nameDigest: digestOf(curve),
    attributes: new Set([...common, ...attributes]),
    policy: noOctets,
    curve,
    x: noOctets,
    y: noOctets,
    ...more,
  };
}

/** The parent of device keys, in the owner's hierarchy. */
export const storageTemplate: EccPublicArea = eccTemplate("P-256", ["restricted", "decrypt"], { aesBits: 128 });

/** Signs what the TPM itself states, and nothing else. */
export function attestationTemplate(curve: TpmCurve): EccPublicArea {
  return eccTemplate(curve, ["restricted", "sign"], { scheme: { name: "ECDSA", digest: digestOf(curve) } });
}

/** A device's key. @throws NAT_TPM_KEY for an algorithm that TPMs do not have */
export function keyTemplate(algorithm: SignatureAlgorithm): EccPublicArea {
  const { key } = algorithm;
  if (key !== "P-256" && key !== "P-384")
    throw tpmError("NAT_TPM_KEY", `${algorithm.title}: only ${algorithms.ES256.title}, ${algorithms.ES384.title}`);
  return eccTemplate(key, ["sign"], { scheme: { name: "ECDSA", digest: digestOf(key) } });
}

function digestOf(curve: TpmCurve): "SHA-256" | "SHA-384" {
  return curve === "P-256" ? "SHA-256" : "SHA-384";
}

/** @throws NAT_TPM_KEY for a key that does not sign as one of our algorithms does */
export function algorithmOfKey(area: PublicArea): SignatureAlgorithm {
  const found = [algorithms.ES256, algorithms.ES384].find(
    ({ key, digest }) =>
      area.type === "ECC" &&
      area.curve === key &&
      (area.scheme === undefined || (area.scheme.name === "ECDSA" && area.scheme.digest === digest)),
  );
  if (found === undefined || !area.attributes.has("sign") || area.attributes.has("restricted"))
    throw tpmError("NAT_TPM_KEY", `${area.type} with ${[...area.attributes].join(", ")}`);
  return found;
}
