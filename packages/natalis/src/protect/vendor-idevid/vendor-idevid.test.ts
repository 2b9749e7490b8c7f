// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import { algorithms, encodeKeyUsage, encodeName, oids } from "../../formats/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  forgeCertificate,
  forgeCertificateList,
} from "../../testing/certificate-forge.ts";
import { evidenceBinding, evidenceRoot, freshSignature } from "../../testing/evidence-forge.ts";
import {
  encodeChainStatement,
  type Endorsement,
  EndorsementIndex,
  type EvidenceContext,
  vendorIdevid,
  vendorIdevidFormat,
  type VendorIdevidPolicy,
} from "../index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const maker = encodeName([
  { oid: oids.organizationName, value: "Chip Maker" },
  { oid: oids.commonName, value: "Issuing CA" },
]);
const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: key(),
  subject: maker,
  extensions: authorityExtensions(0),
});
const usage = (...usages: Parameters<typeof encodeKeyUsage>[0][]) =>
  extension(oids.keyUsage, encodeKeyUsage(usages.flatMap((one) => [...one])), true);
const leaf = await forgeCertificate({
  name: "sn0123F1",
  issuer: issuing,
  signer: key(),
  extensions: [usage(["digitalSignature"])],
});
const binding = evidenceBinding(leaf.signer.publicKey);
const context: EvidenceContext = { at, roots: [evidenceRoot(root, [vendorIdevidFormat])], hash, verifier };

const signature = await freshSignature(leaf.signer, binding);
const chainOf = (...forged: readonly Forged[]) => forged.map(({ certificate }) => certificate.der);
const statement = encodeChainStatement({ certificates: chainOf(leaf, issuing), signature });
const verify = (
  bytes: Uint8Array = statement,
  policy?: VendorIdevidPolicy,
  { bound = binding, ...more }: Partial<EvidenceContext> & { bound?: typeof binding } = {},
) => vendorIdevid(policy).verify(bytes, bound, { ...context, ...more });
const refuses = (code: string, found: Promise<unknown>) => assert.rejects(found, { name: "NatalisError", code });

test("the factory's key that signed our nonce is of custody 2", async () => {
  const { custody, hardware, details, root: found } = await verify();
  assert.equal(custody, 2);
  assert.equal(found?.name, "test root");
  assert.deepEqual(hardware, { manufacturer: "Chip Maker" });
  assert.deepEqual(details, [["subject", "sn0123F1"]]);
  const { nonce, ...unbound } = binding;
  assert.equal(nonce.length, 32);
  const withoutNonce = await vendorIdevid().verify(statement, unbound, context);
  assert.equal(withoutNonce.custody, 1);
});

test("without an organisation, the root's name stands for the maker", async () => {
  const under = await forgeCertificate({ name: "leaf", issuer: root, signer: leaf.signer });
  const bytes = encodeChainStatement({ certificates: chainOf(under), signature });
  assert.deepEqual((await verify(bytes)).hardware, { manufacturer: "test root" });
});

test("a certificate that is configured itself is trusted as itself", async () => {
  const roots = [evidenceRoot(leaf, [vendorIdevidFormat], 1)];
  assert.equal((await verify(statement, undefined, { roots })).custody, 1);
});

test("stale nonces, other keys, other uses and other roots are refused", async () => {
  const bound = evidenceBinding(leaf.signer.publicKey, "another birth");
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(statement, undefined, { bound }));
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(encodeChainStatement({ certificates: chainOf(leaf, issuing) })));
  await refuses("NAT_EVIDENCE_KEY", verify(statement, undefined, { bound: evidenceBinding(key().publicKey) }));
  await refuses("NAT_EVIDENCE_ROOT", verify(statement, undefined, { roots: [] }));
  await refuses("NAT_EVIDENCE_ROOT", verify(statement, undefined, { roots: [evidenceRoot(root, ["eat"])] }));
  const agreeing = await forgeCertificate({
    name: "leaf",
    issuer: issuing,
    signer: leaf.signer,
    extensions: [usage(["keyAgreement"])],
  });
  const bytes = encodeChainStatement({ certificates: chainOf(agreeing, issuing), signature });
  await refuses("NAT_EVIDENCE_ATTRIBUTES", verify(bytes));
});

test("paths that do not hold are refused", async () => {
  const impostor = await forgeCertificate({
    name: "x",
    subject: maker,
    issuer: root,
    signer: key(),
    extensions: authorityExtensions(),
  });
  await refuses(
    "NAT_EVIDENCE_CHAIN",
    verify(encodeChainStatement({ certificates: chainOf(leaf, impostor), signature })),
  );
  await refuses("NAT_EVIDENCE_CHAIN", verify(statement, undefined, { at: new Date("2010-01-01T00:00:00Z") }));
  await refuses("NAT_EVIDENCE_ROOT", verify(encodeChainStatement({ certificates: chainOf(leaf), signature })));
});

test("lists that are known revoke", async () => {
  const fields = {
    issuer: issuing,
    thisUpdate: new Date("2026-11-24T00:00:00Z"),
    nextUpdate: new Date("2026-12-24T00:00:00Z"),
  };
  const entry = { serialNumber: leaf.certificate.serialNumber, revocationDate: fields.thisUpdate };
  const lists = [await forgeCertificateList({ ...fields, revoked: [entry] })];
  await refuses("NAT_EVIDENCE_REVOKED", verify(statement, undefined, { lists }));
  const good = [await forgeCertificateList(fields)];
  assert.equal((await verify(statement, undefined, { lists: good })).custody, 2);
});

const signer = evidenceRoot(await forgeCertificate({ name: "signer", signer: key() }), []);
const endorsed = (uniqueId: string, publicKey: Uint8Array): Endorsement => ({
  uniqueId,
  hardware: { manufacturer: "Chip Maker", model: "Part" },
  keys: [{ slot: "0", publicKey, certificates: [] }],
  root: signer,
});
const policyOf = (...all: Endorsement[]) => ({ endorsements: new EndorsementIndex(all) });

test("an endorsement tells the hardware, and stands for certificates that are not there", async () => {
  const policy = policyOf(endorsed("0123f1", leaf.signer.publicKey));
  const { hardware, details } = await verify(statement, policy);
  assert.deepEqual(hardware, { manufacturer: "Chip Maker", model: "Part" });
  assert.deepEqual(details, [
    ["subject", "sn0123F1"],
    ["endorsed element", "0123f1"],
    ["slot", "0"],
  ]);
  const bare = await verify(encodeChainStatement({ certificates: [], signature }), policy);
  assert.equal(bare.custody, 2);
  assert.deepEqual(bare.root?.hash, hash.sha256(signer.certificate.der));
});

test("an element that was endorsed with other keys is another", async () => {
  const policy = policyOf(endorsed("0123f1", key().publicKey));
  await refuses("NAT_EVIDENCE_UNIT", verify(statement, policy));
  assert.equal((await verify(statement, policyOf(endorsed("99", key().publicKey)))).custody, 2);
});

test("where endorsement is asked for, and where nothing else speaks for the key, it may not lack", async () => {
  const policy = policyOf(endorsed("99", key().publicKey));
  await refuses("NAT_EVIDENCE_UNIT", verify(statement, { ...policy, requireEndorsement: true }));
  await refuses("NAT_EVIDENCE_UNIT", verify(encodeChainStatement({ certificates: [], signature }), policy));
  await refuses("NAT_EVIDENCE_UNIT", verify(encodeChainStatement({ certificates: [], signature })));
});
