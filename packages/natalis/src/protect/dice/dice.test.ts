// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import {
  algorithms,
  type CborValue,
  contextTag,
  decodeCbor,
  encodeBitString,
  encodeCbor,
  encodeCoseKey,
  encodeInteger,
  encodeOctetString,
  encodeSequence,
  encodeTagged,
  encodeTagLengthValue,
  type Extension,
} from "../../formats/index.ts";
import { encodeUtf8, type SignatureAlgorithmName, type Signer } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  evidenceBinding,
  evidenceRoot,
  type ForgedCborLayer,
  forgeCborLayer,
  freshSignature,
  withKeyOperations,
} from "../../testing/evidence-forge.ts";
import { dice, diceFormat, type DiceStatement, encodeDiceStatement, type EvidenceContext } from "../index.ts";

const key = (name: SignatureAlgorithmName = "ES256") => generateKey(algorithms[name]).signer;
const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const uds = await forgeCertificate({ name: "UDS", issuer: root, signer: key(), extensions: authorityExtensions() });
const [cdi, birth] = [key(), key()];
const binding = evidenceBinding(birth.publicKey);
const { nonce, ...unbound } = binding;
const context: EvidenceContext = {
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [evidenceRoot(root, [diceFormat])],
  hash,
  verifier,
};
const signature = await freshSignature(birth, binding);
const layer = (issuer: Signer, { publicKey }: Pick<Signer, "publicKey">, more: Partial<ForgedCborLayer> = {}) =>
  forgeCborLayer({ issuer, publicKey, ...more });
const [first, second] = [await layer(uds.signer, cdi), await layer(cdi, birth)];
const whole: DiceStatement = { certificates: [second, first, uds.certificate.der], signature };

const verify = (fields: Partial<DiceStatement> = {}, more: Partial<EvidenceContext> = {}) =>
  dice().verify(encodeDiceStatement({ ...whole, ...fields }), binding, { ...context, ...more });
const refuses = (code: string, found: Promise<unknown>) => assert.rejects(found, { name: "NatalisError", code });

test("layers in CBOR below a certified UDS key are of custody 2", async () => {
  const { custody, hardware, root: found, details } = await verify();
  assert.equal(custody, 2);
  assert.equal(found?.name, "test root");
  assert.deepEqual(hardware, { manufacturer: "test root" });
  assert.deepEqual(
    details.map(([name]) => name),
    ["layer", "code", "layer", "code"],
  );
  assert.equal((await dice().verify(encodeDiceStatement(whole), unbound, context)).custody, 1);
  assert.equal(nonce.length, 32);
});

for (const name of ["ES384", "EdDSA", "ML-DSA-65", "ML-DSA-87"] as const)
  test(`layers of ${name}`, async () => {
    const [top, middle, last] = [key(name), key(name), key(name)];
    const certified = await forgeCertificate({
      name: "UDS",
      issuer: root,
      signer: top,
      extensions: authorityExtensions(),
    });
    const certificates = [await layer(middle, last), await layer(top, middle), certified.certificate.der];
    const bound = evidenceBinding(last.publicKey);
    const statement = encodeDiceStatement({ certificates, signature: await freshSignature(last, bound) });
    assert.equal((await dice().verify(statement, bound, context)).custody, 2);
  });

test("Android's chain begins with the key of the UDS", async () => {
  const chainOf = (publicKey: Uint8Array, ...layers: Uint8Array[]) =>
    encodeCbor([
      decodeCbor(withKeyOperations(encodeCoseKey(publicKey))),
      ...layers.map((one) => decodeCbor(one, { anyKeyOrder: true })),
    ] as CborValue[]);
  const chain = chainOf(uds.signer.publicKey, first, second);
  const statement = (certificates?: readonly Uint8Array[], one = chain) =>
    dice().verify(
      encodeDiceStatement({ chain: one, signature, ...(certificates === undefined ? {} : { certificates }) }),
      binding,
      context,
    );
  assert.equal((await statement([uds.certificate.der])).custody, 2);
  await refuses("NAT_EVIDENCE_ROOT", statement());
  const roots = [evidenceRoot(uds, [diceFormat])];
  const trusted = await dice().verify(encodeDiceStatement({ chain, signature }), binding, { ...context, roots });
  assert.equal(trusted.custody, 2);
  await refuses("NAT_EVIDENCE_MALFORMED", statement([root.certificate.der]));
  await refuses("NAT_EVIDENCE_MALFORMED", statement(undefined, chainOf(uds.signer.publicKey)));
  await refuses("NAT_EVIDENCE_ROOT", verify({ certificates: [second, first] }));
  assert.equal((await verify({ certificates: [second, first] }, { roots })).custody, 2);
});

test("layers in other modes than normal are refused, wherever they stand", async () => {
  for (const mode of [0, 2, 3, 4].map((one) => Uint8Array.of(one)))
    for (const modes of [
      [mode, Uint8Array.of(1)],
      [Uint8Array.of(1), mode],
    ] as const) {
      const certificates = [
        await layer(cdi, birth, { mode: modes[0] }),
        await layer(uds.signer, cdi, { mode: modes[1] }),
      ];
      await refuses("NAT_EVIDENCE_BOOT_STATE", verify({ certificates: [...certificates, uds.certificate.der] }));
    }
  const withMode = async (mode: CborValue | undefined) =>
    verify({ certificates: [await layer(uds.signer, birth, { mode }), uds.certificate.der] });
  assert.equal((await withMode(1)).custody, 2);
  await refuses("NAT_EVIDENCE_BOOT_STATE", withMode(2));
  await refuses("NAT_EVIDENCE_BOOT_STATE", withMode(undefined));
  for (const mode of ["normal", new Uint8Array(0), Uint8Array.of(1, 0)])
    await refuses("NAT_EVIDENCE_MALFORMED", withMode(mode));
});

test("chains that do not hold are refused", async () => {
  const other = await layer(key(), birth);
  await refuses("NAT_EVIDENCE_CHAIN", verify({ certificates: [other, first, uds.certificate.der] }));
  await refuses("NAT_EVIDENCE_CHAIN", verify({ certificates: [second, uds.certificate.der] }));
  const signing = await layer(uds.signer, cdi, { keyUsage: Uint8Array.of(0x01) });
  await refuses("NAT_EVIDENCE_CHAIN", verify({ certificates: [second, signing, uds.certificate.der] }));
  const plain = await forgeCertificate({ name: "UDS", issuer: root, signer: uds.signer });
  await refuses("NAT_EVIDENCE_CHAIN", verify({ certificates: [second, first, plain.certificate.der] }));
  await refuses("NAT_EVIDENCE_ROOT", verify({}, { roots: [] }));
});

test("another key, nonce or unit is refused", async () => {
  const to = (publicKey: Uint8Array) =>
    dice().verify(encodeDiceStatement(whole), evidenceBinding(publicKey, "b"), context);
  await refuses("NAT_EVIDENCE_KEY", to(cdi.publicKey));
  await refuses("NAT_EVIDENCE_FRESHNESS", to(birth.publicKey));
  const { certificates = [] } = whole;
  await refuses("NAT_EVIDENCE_FRESHNESS", dice().verify(encodeDiceStatement({ certificates }), binding, context));
});

const tcbInfoOid = "2.23.133.5.4.1";
const openDiceOid = "1.3.6.1.4.1.11129.2.1.24";
const input = (mode: number) =>
  extension(
    openDiceOid,
    encodeSequence(encodeTagged(0, encodeOctetString(new Uint8Array(64))), encodeTagged(6, encodeInteger(mode))),
    true,
  );
const tcbInfo = (flags?: number) =>
  encodeSequence(
    encodeTagLengthValue(contextTag(0, false), encodeUtf8("Maker")),
    encodeTagLengthValue(contextTag(1, false), encodeUtf8("Model")),
    encodeTagLengthValue(contextTag(2, false), encodeUtf8("2.1")),
    ...(flags === undefined ? [] : [encodeBitString(Uint8Array.of(flags), 4, contextTag(7, false))]),
  );

async function verifyX509(extensions: readonly Extension[], issuer: Forged = uds, more: readonly Uint8Array[] = []) {
  const leaf = await forgeCertificate({ name: "layer", issuer, signer: birth, extensions });
  return verify({ certificates: [leaf.certificate.der, ...more, uds.certificate.der] });
}

test("layers in X.509, by the Open Profile and by TCG", async () => {
  assert.equal((await verifyX509([input(1), ...authorityExtensions()])).custody, 2);
  for (const mode of [0, 2, 3]) await refuses("NAT_EVIDENCE_BOOT_STATE", verifyX509([input(mode)]));
  const { hardware } = await verifyX509([extension(tcbInfoOid, tcbInfo(), true)]);
  assert.deepEqual(hardware, { manufacturer: "Maker", model: "Model", firmware: "2.1" });
  for (const flags of [0x80, 0x40, 0x20, 0x10])
    await refuses("NAT_EVIDENCE_BOOT_STATE", verifyX509([extension(tcbInfoOid, tcbInfo(flags))]));
  assert.equal((await verifyX509([extension(tcbInfoOid, tcbInfo(0))])).custody, 2);
  const multi = (flags?: number) => extension("2.23.133.5.4.5", encodeSequence(tcbInfo(), tcbInfo(flags)));
  assert.equal((await verifyX509([multi()])).custody, 2);
  await refuses("NAT_EVIDENCE_BOOT_STATE", verifyX509([multi(0x10)]));
});

test("a chain that states no layer is none, nor is one of unknown critical extensions", async () => {
  await refuses("NAT_EVIDENCE_MALFORMED", verifyX509([]));
  const unknown = extension("1.3.6.1.4.1.32473.9", Uint8Array.of(5, 0), true);
  await refuses("NAT_EVIDENCE_CHAIN", verifyX509([input(1), unknown]));
});

test("certificates of both kinds may stand in any order", async () => {
  const middle: Forged = await forgeCertificate({
    name: "middle",
    issuer: uds,
    signer: key(),
    extensions: [input(1), ...authorityExtensions()],
  });
  const below = await layer(middle.signer, birth);
  assert.equal((await verify({ certificates: [below, middle.certificate.der, uds.certificate.der] })).custody, 2);
  const x509 = async (issuer: Signer, extensions: readonly Extension[], notAfter?: Date) => {
    const { certificate } = await forgeCertificate({
      name: "leaf",
      issuer: { certificate: uds.certificate, signer: issuer },
      signer: birth,
      extensions,
      notAfter,
    });
    return verify({ certificates: [certificate.der, first, uds.certificate.der] });
  };
  assert.equal((await x509(cdi, [input(1)])).custody, 2);
  await refuses("NAT_EVIDENCE_CHAIN", x509(key(), [input(1)]));
  await refuses("NAT_EVIDENCE_CHAIN", x509(key("ES384"), [input(1)]));
  await refuses("NAT_EVIDENCE_CHAIN", x509(cdi, [input(1)], new Date("2022-01-01T00:00:00Z")));
  await refuses("NAT_EVIDENCE_CHAIN", x509(cdi, [extension("1.3.6.1.4.1.32473.9", Uint8Array.of(5, 0), true)]));
  const [leafKey] = [key()];
  const sub = await forgeCertificate({
    name: "sub",
    issuer: { certificate: uds.certificate, signer: cdi },
    signer: leafKey,
    extensions: authorityExtensions(),
  });
  const last = await layer(leafKey, birth);
  assert.equal((await verify({ certificates: [last, sub.certificate.der, first, uds.certificate.der] })).custody, 2);
});

test("other statements are malformed", async () => {
  const shapes: CborValue[] = [
    [second],
    new Map(),
    new Map([[1, second]]),
    new Map([[1, []]]),
    new Map([[1, [new Uint8Array(0)]]]),
    new Map([[1, Array.from({ length: 17 }, () => second)]]),
    new Map<number, CborValue>([
      [1, [second]],
      [4, 0],
    ]),
    new Map([[3, encodeCbor([])]]),
    new Map([[3, encodeCbor([1, 2])]]),
  ];
  for (const shape of shapes)
    await refuses("NAT_EVIDENCE_MALFORMED", dice().verify(encodeCbor(shape), binding, context));
});
