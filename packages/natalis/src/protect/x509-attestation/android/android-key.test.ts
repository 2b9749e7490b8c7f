// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import {
  algorithms,
  encodeBasicConstraints,
  encodeInteger,
  encodeName,
  encodeOctetString,
  type Extension,
  oids,
} from "../../../formats/index.ts";
import { encodeUtf8, toHex } from "../../../kernel/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  forgeCertificate,
  type ForgedFields,
} from "../../../testing/certificate-forge.ts";
import {
  evidenceBinding,
  evidenceRoot,
  explicit,
  type ForgedKeyDescription,
  forgeKeyDescription,
  forgeRootOfTrust,
  freshSignature,
  requiredValue,
} from "../../../testing/evidence-forge.ts";
import {
  androidKey,
  type AndroidKeyPolicy,
  encodeChainStatement,
  type EvidenceContext,
  x509Attestation,
  x509AttestationFormat,
} from "../../index.ts";
import { keyDescriptionOid } from "./key-description.ts";

const key = () => generateKey(algorithms.ES256).signer;
const numbered = encodeName([{ oid: oids.serialNumber, value: "87f4514475ba0a2b" }]);
const forge = (
  name: string,
  issuer: Forged | undefined,
  extensions: readonly Extension[],
  more: Partial<ForgedFields> = {},
) => forgeCertificate({ name, issuer, signer: key(), extensions, ...more });

const root = await forge("root", undefined, authorityExtensions());
const factory = await forge("factory", root, authorityExtensions(), { subject: numbered });
const batch = await forge("batch", factory, authorityExtensions());
const signer = key();
const binding = evidenceBinding(signer.publicKey);
const { nonce, ...unbound } = binding;
const challenge = requiredValue(binding);
const context: EvidenceContext = {
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [evidenceRoot(root, [x509AttestationFormat])],
  hash,
  verifier,
};

const attest = (fields: Partial<ForgedKeyDescription> = {}, issuer: Forged = batch, more: Partial<ForgedFields> = {}) =>
  forge("Android Keystore Key", issuer, [extension(keyDescriptionOid, forgeKeyDescription({ challenge, ...fields }))], {
    signer,
    ...more,
  });

interface Case {
  readonly issuers?: readonly Forged[];
  readonly policy?: Partial<AndroidKeyPolicy>;
  readonly at?: Date;
  readonly withNonce?: boolean;
  readonly signature?: Uint8Array;
}

function verify(leaf: Forged, { issuers = [batch, factory], policy = {}, at, withNonce = true, ...signed }: Case = {}) {
  const statement = encodeChainStatement({
    certificates: [leaf, ...issuers].map(({ certificate }) => certificate.der),
    ...signed,
  });
  const format = x509Attestation([androidKey({ statusList: new Map(), ...policy })]);
  return format.verify(statement, withNonce ? binding : unbound, { ...context, ...(at === undefined ? {} : { at }) });
}

const refuses = (code: string, found: Promise<unknown>, detail = /./) =>
  assert.rejects(found, { name: "NatalisError", code, detail });

test("a key made in the trusted environment of a locked device is of custody 3", async () => {
  assert.equal(nonce.length, 32);
  const { custody, hardware, details } = await verify(await attest());
  assert.equal(custody, 3);
  assert.deepEqual(hardware, { manufacturer: "Android", model: "TrustedEnvironment" });
  assert.deepEqual(details, [
    ["vendor", "Android key attestation"],
    ["attestation version", "3"],
    ["security level", "TrustedEnvironment"],
    ["level of the key", "TrustedEnvironment"],
  ]);
});

test("an app gives the challenge before there is a key: then the key signs what it is bound to", async () => {
  const leaf = await attest({ challenge: encodeUtf8("before the key") });
  assert.equal((await verify(leaf, { signature: await freshSignature(signer, binding) })).custody, 3);
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(leaf));
  const others = [evidenceBinding(signer.publicKey, "another"), evidenceBinding(key().publicKey)];
  for (const other of others) {
    const signature = await freshSignature(signer, other);
    await refuses("NAT_EVIDENCE_FRESHNESS", verify(leaf, { signature }));
    await refuses("NAT_EVIDENCE_FRESHNESS", verify(await attest(), { signature }));
  }
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(leaf, { signature: await freshSignature(key(), binding) }));
});

test("what the hardware says of the device is told", async () => {
  const text = (tag: number, value: string) => explicit(tag, encodeOctetString(encodeUtf8(value)));
  const more = [explicit(705, encodeInteger(140_001)), explicit(706, encodeInteger(202_609))];
  const names = [text(710, "brand"), text(713, "SN-1"), text(716, "Maker"), text(717, "Model")];
  const { hardware, details } = await verify(await attest({ attestationLevel: 2, more: [...more, ...names] }));
  assert.deepEqual(hardware, { manufacturer: "Maker", model: "Model", firmware: "14.0.1" });
  assert.deepEqual(details.slice(-3), [
    ["patch level", "202609"],
    ["brand", "brand"],
    ["serial number", "SN-1"],
  ]);
});

test("another challenge is another occasion, and without nonce custody is 1", async () => {
  const other = await attest({ challenge: encodeUtf8("abc") });
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(other));
  assert.equal((await verify(other, { withNonce: false })).custody, 1);
});

test("levels below what is asked for are refused, of the key as of its attestation", async () => {
  for (const fields of [
    { attestationLevel: 0 },
    { attestationLevel: 1, keyLevel: 0 },
    { attestationLevel: 0, keyLevel: 2 },
  ])
    await refuses("NAT_EVIDENCE_SECURITY_LEVEL", verify(await attest(fields)));
  const policy = { minimumLevel: "StrongBox" } as const;
  await refuses("NAT_EVIDENCE_SECURITY_LEVEL", verify(await attest(), { policy }));
  assert.equal((await verify(await attest({ attestationLevel: 2 }), { policy })).custody, 3);
  await refuses("NAT_EVIDENCE_MALFORMED", verify(await attest({ attestationLevel: 3 })));
});

test("keys that came from outside, or are not for signing, are refused", async () => {
  for (const origin of [1, 2, 3, 4, undefined])
    await refuses("NAT_EVIDENCE_ATTRIBUTES", verify(await attest({ origin })), /origin/);
  for (const purposes of [[], [0, 1], [7]])
    await refuses("NAT_EVIDENCE_ATTRIBUTES", verify(await attest({ purposes })), /purpose/);
});

test("devices that did not boot verified and locked are refused", async () => {
  const states = [
    [false, 0],
    [true, 1],
    [true, 2],
    [true, 3],
    [false, 2],
  ] as const;
  for (const [locked, state] of states)
    await refuses("NAT_EVIDENCE_BOOT_STATE", verify(await attest({ rootOfTrust: forgeRootOfTrust(locked, state) })));
  await refuses("NAT_EVIDENCE_BOOT_STATE", verify(await attest({ rootOfTrust: undefined })));
  await refuses("NAT_EVIDENCE_MALFORMED", verify(await attest({ rootOfTrust: forgeRootOfTrust(true, 4) })));
  assert.equal((await verify(await attest({ rootOfTrust: forgeRootOfTrust(true, 0, false) }))).custody, 3);
});

test("names need not chain, and the leaf's dates are the device's own", async () => {
  const elsewhere = await forge("elsewhere", undefined, [], { signer: batch.signer });
  const dates = { notBefore: new Date("2030-01-01T00:00:00Z"), notAfter: new Date("2030-01-02T00:00:00Z") };
  assert.equal((await verify(await attest({}, elsewhere, dates))).custody, 3);
});

test("factories' chains outlive their last day; those provisioned remotely do not", async () => {
  const notAfter = new Date("2026-05-24T16:28:52Z");
  const old = await forge("old batch", factory, authorityExtensions(), { notAfter });
  assert.equal((await verify(await attest({}, old), { issuers: [old, factory] })).custody, 3);
  const young = await forge("young", factory, authorityExtensions(), { notBefore: new Date("2030-01-01T00:00:00Z") });
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, young), { issuers: [young, factory] }));
  const server = await forge("Droid CA2", root, authorityExtensions());
  const remote = await forge("remote", server, authorityExtensions());
  const expired = await forge("remote", server, authorityExtensions(), { notAfter });
  assert.equal((await verify(await attest({}, remote), { issuers: [remote, server] })).custody, 3);
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, expired), { issuers: [expired, server] }));
});

test("an attested key attests nothing, whatever its certificate says", async () => {
  const description = extension(keyDescriptionOid, forgeKeyDescription({ challenge }));
  for (const extensions of [[description], [description, ...authorityExtensions()]]) {
    const attested = await forge("attested", batch, extensions);
    await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, attested), { issuers: [attested, batch, factory] }));
  }
  const silent = await forge("silent", factory, []);
  assert.equal((await verify(await attest({}, silent), { issuers: [silent, factory] })).custody, 3);
  const server = await forge("Droid CA2", root, authorityExtensions());
  const machine = await forge("machine", server, []);
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, machine), { issuers: [machine, server] }));
  const user = await forge("user", factory, [
    extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: false })),
  ]);
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, user), { issuers: [user, factory] }));
});

test("a key that the hardware made for nothing but attesting attests others", async () => {
  const [ca2, ca3] = [await forge("Droid CA2", root, authorityExtensions()), key()];
  const server = await forge("Droid CA3", ca2, authorityExtensions(), { signer: ca3 });
  const machine = await forge("TEE", server, authorityExtensions());
  const attesting = (issuer: Forged, fields: Partial<ForgedKeyDescription> = {}) =>
    forge("Android Keystore Key", issuer, [
      extension(keyDescriptionOid, forgeKeyDescription({ challenge, purposes: [7], ...fields })),
    ]);
  const first = await attesting(machine);
  const second = await attesting(first);
  const above = [machine, server, ca2];
  for (const issuers of [
    [first, ...above],
    [second, first, ...above],
  ] as const)
    assert.equal((await verify(await attest({}, issuers[0]), { issuers })).custody, 3);
  for (const fields of [
    { purposes: [7, 2] },
    { purposes: [2] },
    { purposes: [] },
    { attestationLevel: 0 },
    { attestationLevel: 1, keyLevel: 0 },
    { origin: 2 },
    { origin: undefined },
  ]) {
    const other = await attesting(machine, fields);
    await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, other), { issuers: [other, ...above] }));
  }
  // What it signed besides is no statement of the hardware's.
  const silent = await forge("silent", first, authorityExtensions());
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, silent), { issuers: [silent, first, server, ca2] }));
});

test("chains are not longer than Google's are", async () => {
  const extended = await forge("extended", batch, authorityExtensions());
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, extended), { issuers: [extended, batch, factory] }));
  const names = ["Droid CA2", "Droid CA3", "TEE", "more"];
  const issuers: Forged[] = [];
  for (const name of names) issuers.unshift(await forge(name, issuers[0] ?? root, authorityExtensions()));
  const [more, ...usual] = issuers as [Forged, ...Forged[]];
  assert.equal((await verify(await attest({}, usual[0]), { issuers: usual })).custody, 3);
  await refuses("NAT_EVIDENCE_CHAIN", verify(await attest({}, more), { issuers }));
});

test("what Google's list names is revoked, by either form of its number", async () => {
  const number = BigInt(`0x${toHex(batch.certificate.serialNumber)}`);
  for (const name of [number.toString(16), number.toString(10)]) {
    const statusList = new Map([[name, "REVOKED, KEY_COMPROMISE"]]);
    await refuses("NAT_EVIDENCE_REVOKED", verify(await attest(), { policy: { statusList } }), /KEY_COMPROMISE/);
  }
});
