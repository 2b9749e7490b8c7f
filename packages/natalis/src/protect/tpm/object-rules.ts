// SPDX-License-Identifier: Apache-2.0
// What a TPM has to state of a key for it to count (TPM 2.0 Library Part 1, 25.1; Part 2, 8.3): the attestation key
// signs only what the TPM says itself, and the birth key was made inside and cannot leave.

import { evidenceError } from "../errors.ts";
import type { ObjectAttribute } from "./object-attributes.ts";
import type { PublicArea } from "./public-area.ts";

const immovable: readonly ObjectAttribute[] = ["fixedTPM", "fixedParent", "sensitiveDataOrigin"];

/** @throws NAT_EVIDENCE_ATTRIBUTES */
export function requireAttestationKey(area: PublicArea): void {
  requireAttributes("attestation key", area, [...immovable, "restricted", "sign"], ["decrypt", "encryptedDuplication"]);
  requireStrongName("attestation key", area);
}

/** @throws NAT_EVIDENCE_ATTRIBUTES */
export function requireAttestedKey(area: PublicArea): void {
  requireAttributes("key", area, [...immovable, "sign"], ["restricted", "encryptedDuplication"]);
  requireStrongName("key", area);
}

function requireAttributes(
  what: string,
  { attributes }: PublicArea,
  due: readonly ObjectAttribute[],
  barred: readonly ObjectAttribute[],
): void {
  const lacking = due.filter((name) => !attributes.has(name));
  const wrong = barred.filter((name) => attributes.has(name));
  if (lacking.length + wrong.length === 0) return;
  const said = [...lacking.map((name) => `is not ${name}`), ...wrong.map((name) => `is ${name}`)].join(", ");
  throw evidenceError("NAT_EVIDENCE_ATTRIBUTES", `the ${what} ${said}`);
}

/** Under SHA-1, two public areas can be made to have one name. */
function requireStrongName(what: string, { nameDigest }: PublicArea): void {
  if (nameDigest === "SHA-1") throw evidenceError("NAT_EVIDENCE_ATTRIBUTES", `the ${what} has a name by SHA-1`);
}
