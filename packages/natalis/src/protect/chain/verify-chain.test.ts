// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync, sign as signWith } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  type Certificate,
  encodeBasicConstraints,
  encodeKeyUsage,
  type Extension,
  oids,
} from "../../formats/index.ts";
import { fromHex } from "../../kernel/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  forgeCertificate,
  type ForgedFields,
  forgeCertificateList,
} from "../../testing/certificate-forge.ts";
import { evidenceRoot } from "../../testing/evidence-forge.ts";
import type { EvidenceContext } from "../index.ts";
import { type ChainRules, requireAuthority, requireBegun, requireValidity } from "./chain-rules.ts";
import { verifyChain } from "./verify-chain.ts";

const at = new Date("2026-11-24T12:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const forge = (
  name: string,
  issuer: Forged | undefined,
  extensions: readonly Extension[],
  more?: Partial<ForgedFields>,
) => forgeCertificate({ name, issuer, signer: key(), extensions, ...more });

const root = await forge("root", undefined, authorityExtensions());
const middle = await forge("middle", root, authorityExtensions());
const leaf = await forge("leaf", middle, []);

const strict: ChainRules = {
  format: "test",
  areNamesChained: true,
  checkDates: requireValidity,
  checkIssuer: requireAuthority,
  understood: [],
};
const context: EvidenceContext = {
  at,
  roots: [evidenceRoot(root, ["test"])],
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
};
const certificatesOf = (...forged: readonly Forged[]) => forged.map(({ certificate }) => certificate);
const verify = (chain: readonly Certificate[], rules: Partial<ChainRules> = {}, more: Partial<EvidenceContext> = {}) =>
  verifyChain(chain, { ...strict, ...rules }, { ...context, ...more });
const refuses = (code: string, ...given: Parameters<typeof verify>) =>
  assert.rejects(verify(...given), { name: "NatalisError", code });

test("a chain ends in its root, which may be left out, come along, or stand under others", async () => {
  const crossed = await forge("other root", undefined, authorityExtensions());
  const reissued = await forge("root", crossed, authorityExtensions(), { signer: root.signer });
  for (const chain of [[leaf, middle], [leaf, middle, root], [leaf, middle, reissued, crossed], [middle]])
    assert.equal(await verify(certificatesOf(...chain)), context.roots[0]);
});

test("a leaf that is a root is trusted as itself", async () => {
  const own = evidenceRoot(leaf, ["test"]);
  assert.equal(await verify(certificatesOf(leaf), {}, { roots: [own] }), own);
});

test("roots of other formats do not count", async () => {
  await refuses("NAT_EVIDENCE_ROOT", certificatesOf(leaf, middle), { format: "other" });
  await refuses("NAT_EVIDENCE_ROOT", certificatesOf(leaf, middle), {}, { roots: [] });
  await refuses("NAT_EVIDENCE_CHAIN", []);
});

test("signatures hold the chain together", async () => {
  const impostor = await forge("middle", root, authorityExtensions());
  await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(leaf, impostor));
  const namesake = await forge("root", undefined, authorityExtensions());
  await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(leaf, middle), {}, { roots: [evidenceRoot(namesake, ["test"])] });
  const { certificate } = middle;
  const broken = { ...certificate, signature: certificate.signature.with(20, (certificate.signature[20] ?? 0) ^ 1) };
  await refuses("NAT_EVIDENCE_CHAIN", [leaf.certificate, broken]);
  await refuses("NAT_EVIDENCE_CHAIN", [leaf.certificate, broken, root.certificate]);
});

test("names chain where the rules say so", async () => {
  const renamed = await forge("renamed", root, authorityExtensions(), { signer: middle.signer });
  const chain = certificatesOf(leaf, renamed);
  await refuses("NAT_EVIDENCE_CHAIN", chain);
  assert.equal(await verify(chain, { areNamesChained: false }), context.roots[0]);
  const renamedRoot = await forge("renamed root", undefined, authorityExtensions(), { signer: root.signer });
  const roots = [evidenceRoot(renamedRoot, ["test"])];
  await refuses("NAT_EVIDENCE_ROOT", certificatesOf(leaf, middle), {}, { roots });
  assert.equal(await verify(certificatesOf(leaf, middle), { areNamesChained: false }, { roots }), roots[0]);
});

const later = new Date("2030-01-01T00:00:00Z");
const earlier = new Date("2022-01-01T00:00:00Z");

test("dates bind as the rules say, the root's never", async () => {
  const old = await forge("old", root, authorityExtensions(), { notAfter: earlier });
  const young = await forge("young", root, authorityExtensions(), { notBefore: later });
  const under = async (issuer: Forged) => certificatesOf(await forge("leaf", issuer, []), issuer);
  await refuses("NAT_EVIDENCE_CHAIN", await under(old));
  await refuses("NAT_EVIDENCE_CHAIN", await under(young));
  await refuses("NAT_EVIDENCE_CHAIN", await under(young), { checkDates: requireBegun });
  assert.equal(await verify(await under(old), { checkDates: requireBegun }), context.roots[0]);
  const expired = await forge("root", undefined, authorityExtensions(), { signer: root.signer, notAfter: earlier });
  const roots = [evidenceRoot(expired, ["test"])];
  assert.equal(await verify(certificatesOf(leaf, middle, expired), {}, { roots }), roots[0]);
});

test("a last second lasts to its end", async () => {
  const last = await forge("last", root, [], { notAfter: new Date("2026-11-24T12:00:00Z") });
  const at999 = new Date("2026-11-24T12:00:00.999Z");
  assert.equal(await verify(certificatesOf(last), {}, { at: at999 }), context.roots[0]);
  await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(last), {}, { at: new Date("2026-11-24T12:00:01Z") });
  await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(last), {}, { at: new Date(Number.NaN) });
});

test("who issued is an authority, within the length it allows", async () => {
  const noAuthorities: readonly (readonly Extension[])[] = [
    [],
    [extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: false }))],
    [
      extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true })),
      extension(oids.keyUsage, encodeKeyUsage(["digitalSignature"])),
    ],
  ];
  for (const extensions of noAuthorities) {
    const issuer = await forge("issuer", root, extensions);
    await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(await forge("leaf", issuer, []), issuer));
  }
  const short = await forge("short", root, authorityExtensions(0));
  const between = await forge("between", short, authorityExtensions());
  assert.equal(await verify(certificatesOf(await forge("leaf", short, []), short)), context.roots[0]);
  await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(await forge("leaf", between, []), between, short));
});

test("critical extensions are understood or refused", async () => {
  const oid = "1.3.6.1.4.1.32473.9";
  const critical = certificatesOf(await forge("leaf", middle, [extension(oid, Uint8Array.of(5, 0), true)]), middle);
  await refuses("NAT_EVIDENCE_CHAIN", critical);
  assert.equal(await verify(critical, { understood: [oid] }), context.roots[0]);
});

test("what is malformed in an extension refuses the chain", async () => {
  const issuer = await forge("issuer", root, [extension(oids.basicConstraints, Uint8Array.of(5, 0))]);
  await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(await forge("leaf", issuer, []), issuer));
});

function rsaParty(bits: number) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const key = { format: "der", type: "spki" } as const;
  return { publicKey: new Uint8Array(publicKey.export(key)), privateKey };
}

test("RSA vouches with 2048 bits and SHA-256; less, and keys of no known algorithm, vouch for nothing", async () => {
  const cases = [
    [2048, "300d06092a864886f70d01010b0500", "sha256", true],
    [2048, "300d06092a864886f70d0101050500", "sha1", false],
    [1024, "300d06092a864886f70d01010b0500", "sha256", false],
  ] as const;
  for (const [bits, identifier, digest, holds] of cases) {
    const { publicKey, privateKey } = rsaParty(bits);
    const algorithm = { ...algorithms.ES256, signatureIdentifier: fromHex(identifier) };
    const sign = (data: Uint8Array) => new Uint8Array(signWith(digest, data, privateKey));
    const top = await forge("RSA", undefined, authorityExtensions(), { signer: { algorithm, publicKey, sign } });
    const below = await forge("leaf", top, []);
    const roots = [evidenceRoot(top, ["test"])];
    if (holds) assert.equal(await verify(certificatesOf(below), {}, { roots }), roots[0]);
    else await refuses("NAT_EVIDENCE_CHAIN", certificatesOf(below), {}, { roots });
  }
  const { publicKey } = generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 });
  const unknown = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  const dsa = await forge("root", undefined, authorityExtensions(), { signer: { ...key(), publicKey: unknown } });
  const roots = [evidenceRoot(dsa, ["test"]), ...context.roots];
  assert.equal(await verify(certificatesOf(leaf, middle), {}, { roots }), roots[1]);
});

const issueList = (issuer: Forged, revoked: readonly Forged[], nextUpdate = later) =>
  forgeCertificateList({
    issuer,
    thisUpdate: earlier,
    nextUpdate,
    revoked: revoked.map(({ certificate }) => ({ serialNumber: certificate.serialNumber, revocationDate: earlier })),
  });

test("lists that are known revoke, wherever in the chain", async () => {
  const chain = certificatesOf(leaf, middle);
  const good = [await issueList(root, []), await issueList(middle, [])];
  assert.equal(await verify(chain, {}, { lists: good }), context.roots[0]);
  await refuses("NAT_EVIDENCE_REVOKED", chain, {}, { lists: [await issueList(middle, [leaf])] });
  await refuses("NAT_EVIDENCE_REVOKED", chain, {}, { lists: [await issueList(root, [middle])] });
});

test("a list that is too old refuses; one by others is no list of theirs", async () => {
  const chain = certificatesOf(leaf, middle);
  const stale = await issueList(middle, [], new Date("2023-01-01T00:00:00Z"));
  await refuses("NAT_EVIDENCE_REVOKED", chain, {}, { lists: [stale] });
  const stranger = await forge("stranger", undefined, authorityExtensions());
  assert.equal(await verify(chain, {}, { lists: [await issueList(stranger, [leaf])] }), context.roots[0]);
});
