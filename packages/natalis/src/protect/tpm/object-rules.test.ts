// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { isNatalisError } from "../../kernel/index.ts";
import type { ObjectAttribute } from "./object-attributes.ts";
import { requireAttestationKey, requireAttestedKey } from "./object-rules.ts";
import type { EccPublicArea } from "./public-area.ts";

const immovable: readonly ObjectAttribute[] = ["fixedTPM", "fixedParent", "sensitiveDataOrigin"];
const octets = new Uint8Array(32);
const areaOf = (...names: readonly ObjectAttribute[]): EccPublicArea => ({
  type: "ECC",
  nameDigest: "SHA-256",
  attributes: new Set(names),
  policy: new Uint8Array(0),
  curve: "P-256",
  x: octets,
  y: octets,
});
const attestationKey = areaOf(...immovable, "restricted", "sign");
const key = areaOf(...immovable, "sign");
const refused = (run: () => unknown, what: RegExp) =>
  assert.throws(run, (error) => isNatalisError(error, "NAT_EVIDENCE_ATTRIBUTES") && what.test(error.detail));

test("keys as they should be, with or without what says nothing", () => {
  requireAttestationKey(attestationKey);
  requireAttestedKey(key);
  for (const more of ["userWithAuth", "adminWithPolicy", "noDA", "stClear"] as const) {
    requireAttestationKey(areaOf(...attestationKey.attributes, more));
    requireAttestedKey(areaOf(...key.attributes, more));
  }
  requireAttestedKey(areaOf(...key.attributes, "decrypt"));
});

test("each attribute that is due", () => {
  for (const name of attestationKey.attributes)
    refused(
      () => requireAttestationKey(areaOf(...[...attestationKey.attributes].filter((one) => one !== name))),
      new RegExp(`attestation key is not ${name}`),
    );
  for (const name of key.attributes)
    refused(
      () => requireAttestedKey(areaOf(...[...key.attributes].filter((one) => one !== name))),
      new RegExp(`key is not ${name}`),
    );
});

test("each attribute that is barred", () => {
  for (const name of ["decrypt", "encryptedDuplication"] as const)
    refused(() => requireAttestationKey(areaOf(...attestationKey.attributes, name)), new RegExp(`is ${name}`));
  for (const name of ["restricted", "encryptedDuplication"] as const)
    refused(() => requireAttestedKey(areaOf(...key.attributes, name)), new RegExp(`is ${name}`));
});

test("a name by SHA-1", () => {
  refused(
    () => requireAttestationKey({ ...attestationKey, nameDigest: "SHA-1" }),
    /attestation key has a name by SHA-1/,
  );
  refused(() => requireAttestedKey({ ...key, nameDigest: "SHA-1" }), /key has a name by SHA-1/);
});
