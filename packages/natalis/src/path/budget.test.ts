// SPDX-License-Identifier: Apache-2.0
// Bags of certificates arranged to keep a path builder busy: each runs into its budget, and an honest path beside
// them is still found.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  type Certificate,
  encodeCertificatePolicies,
  encodeExtendedKeyUsage,
  encodeNull,
  oids,
} from "../formats/index.ts";
import type { SignatureVerifier, Signer } from "../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../testing/certificate-forge.ts";
import { forgeResponse } from "../testing/status-forge.ts";
import { costOf, defaultPathLimits, type PathLimits, PathBudget } from "./budget.ts";
import { type PolicyInputs, validatePath } from "./index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const key = (): Signer => generateKey(algorithms.ES256).signer;
const authority = (name: string, issuer?: Forged, signer = key(), pathLength?: number) =>
  forgeCertificate({ name, issuer, signer, extensions: authorityExtensions(pathLength) });
const many = async <T>(count: number, make: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));

function counting(): SignatureVerifier & { calls: number } {
  return {
    calls: 0,
    verify(...given) {
      this.calls += 1;
      return nodeSignatureVerifier.verify(...given);
    },
  };
}

const root = await authority("root");
const issuing = await authority("issuing", root);
const leaf = await forgeCertificate({ name: "leaf", issuer: issuing, signer: key() });

function validate(
  target: Forged,
  bag: readonly Forged[],
  budget?: Partial<PathLimits>,
  verifier: SignatureVerifier = counting(),
  policies: PolicyInputs = {},
) {
  return validatePath({
    certificate: target.certificate,
    intermediates: bag.map(({ certificate }) => certificate),
    anchors: [root.certificate],
    at,
    verifier,
    policies,
    budget: { ...defaultPathLimits, ...budget },
  });
}

test("an honest path needs one signature a certificate below the anchor", async () => {
  const verifier = counting();
  await validate(leaf, [issuing], {}, verifier);
  assert.equal(verifier.calls, 2);
});

test("many issuers of one name stop at the budget of signatures (CVE-2018-16875)", async () => {
  const impostors = await many(defaultPathLimits.signatures, () => authority("issuing", root));
  const stray = await forgeCertificate({ name: "stray", issuer: { ...issuing, signer: key() }, signer: key() });
  const verifier = counting();
  await assert.rejects(validate(stray, impostors, {}, verifier), {
    code: "NAT_PATH_BUDGET",
    detail: "out of signatures",
  });
  assert.equal(verifier.calls, defaultPathLimits.signatures);
});

test("the right issuer is tried first among many of its name, as the key identifier tells", async () => {
  const impostors = await many(150, () => authority("issuing", root));
  const verifier = counting();
  await validate(leaf, [...impostors, issuing], {}, verifier);
  assert.equal(verifier.calls, 2);
});

test("a mesh of cross-signed authorities stops at the budget of paths (CVE-2026-32280)", async () => {
  const signers = Array.from({ length: 12 }, key);
  const roots = await Promise.all(signers.map((signer, i) => authority(`mesh ${i}`, undefined, signer)));
  const mesh = await Promise.all(roots.flatMap((by) => roots.map((_, i) => authority(`mesh ${i}`, by, signers[i]))));
  const target = await forgeCertificate({ name: "in the mesh", issuer: roots[0], signer: key() });
  await assert.rejects(validate(target, mesh), { code: "NAT_PATH_BUDGET", detail: "out of paths" });
});

test("a bag of thousands stops at the budget of names", async () => {
  const strangers = await many(60, (i) => authority(`stranger ${i}`));
  await assert.rejects(validate(leaf, [issuing, ...strangers], { names: 60 }), {
    code: "NAT_PATH_BUDGET",
    detail: "out of names",
  });
});

test("certificates that were sent many times are tried once", async () => {
  const verifier = counting();
  const stray = await forgeCertificate({ name: "stray", issuer: { ...issuing, signer: key() }, signer: key() });
  const copies = Array.from({ length: 400 }, () => issuing);
  await assert.rejects(validate(stray, copies, {}, verifier), { code: "NAT_PATH_SIGNATURE" });
  assert.equal(verifier.calls, 2);
});

test("a slow algorithm takes more of the budget of signatures", async () => {
  const slow = await authority("slow", root, generateKey(algorithms.ES384).signer);
  const under = await forgeCertificate({ name: "under slow", issuer: slow, signer: key() });
  await validate(under, [slow], { signatures: 11 });
  await assert.rejects(validate(under, [slow], { signatures: 10 }), { detail: "out of signatures" });
  for (const [bits, cost] of [
    [1024, 1],
    [2048, 1],
    [4096, 4],
    [8192, 16],
  ] as const)
    assert.equal(costOf({ kind: "RSA", bits }), cost, `RSA ${bits}`);
});

test("a signature is checked and paid for once, though signers of evidence have paths of their own", async () => {
  const delegation = [
    extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.ocspSigning])),
    extension(oids.ocspNoCheck, encodeNull()),
  ];
  const responder = await forgeCertificate({
    name: "responder",
    issuer: issuing,
    signer: key(),
    extensions: delegation,
  });
  const answers = [{ about: leaf, issuer: issuing, thisUpdate: at }];
  const certificates = [responder.certificate];
  const response = await forgeResponse({ responder, producedAt: at, answers, certificates });
  const verifier = counting();
  const path = await validatePath({
    certificate: leaf.certificate,
    intermediates: [issuing.certificate],
    anchors: [root.certificate],
    at,
    verifier,
    status: { lists: [], responses: [response], policy: { unknown: "accept", clockSkew: 0 } },
    budget: { ...defaultPathLimits, signatures: 4 },
  });
  assert.equal(path.statuses?.[0]?.state, "good");
  assert.equal(verifier.calls, 4);
});

test("large extensions in a bag stop at the budget of extensions: each list in them takes time to read", async () => {
  const large = extension("1.3.6.1.4.1.32473.99", new Uint8Array(50_000));
  const impostors = await many(3, () =>
    forgeCertificate({ name: "issuing", issuer: root, signer: key(), extensions: [...authorityExtensions(), large] }),
  );
  const verifier = counting();
  await assert.rejects(validate(leaf, impostors, {}, verifier), {
    code: "NAT_PATH_BUDGET",
    detail: "out of extensions",
  });
  assert.equal(verifier.calls, 0);
});

test("what is not read takes nothing of the budget of extensions, and neither do anchors", async () => {
  const strangers = await many(3, (i) => authority(`stranger ${i}`));
  const octets = issuing.certificate.extensions.reduce((sum, { value }) => sum + value.length, 0);
  await validate(leaf, [issuing, ...strangers], { extensions: octets });
  await assert.rejects(validate(leaf, [issuing], { extensions: octets - 1 }), { detail: "out of extensions" });
});

test("policies are counted on every path, however few certificates name them (CVE-2023-0464)", async () => {
  const named = Array.from({ length: 50 }, (_, i) => `1.3.6.1.4.1.32473.20.${i}`);
  const policies = extension(oids.certificatePolicies, encodeCertificatePolicies(named));
  const extensions = [...authorityExtensions().slice(0, 2), policies];
  const makers = await many(3, () => authority("issuing", root));
  const signers = makers.map(({ signer }) => signer);
  const layers = await Promise.all(
    makers.flatMap((issuer) =>
      signers.map((signer) => forgeCertificate({ name: "below", issuer, signer, extensions })),
    ),
  );
  const target = await forgeCertificate({ name: "leaf", issuer: layers[0], signer: key(), extensions: [policies] });
  const bag = [...makers, ...layers];
  const demand = { initialPolicySet: ["1.3.6.1.4.1.32473.21"], requireExplicitPolicy: true };
  const judge = (limit: number) => validate(target, bag, { policies: limit }, counting(), demand);
  await assert.rejects(judge(defaultPathLimits.policies), { code: "NAT_PATH_POLICY" });
  await assert.rejects(judge(900), { code: "NAT_PATH_BUDGET", detail: "out of policies" });
});

test("long names and keys take more of the budget of names, and so do certificates of one beginning", async () => {
  const long = "x".repeat(4_000);
  const above = await authority(long, root);
  const under = await forgeCertificate({ name: "under", issuer: above, signer: key() });
  const strangers = await many(5, (i) => authority(`stranger ${i}`.padEnd(4_000)));
  const namesLeft = (names: number) => validate(under, [above, ...strangers], { names });
  await namesLeft(defaultPathLimits.names);
  await assert.rejects(namesLeft(400), { code: "NAT_PATH_BUDGET", detail: "out of names" });
  // ECDSA signatures differ in length: of a few copies two are alike up to them.
  const alike = await many(8, () => authority(long, root, above.signer));
  const beginnings = (names: number) => validate(leaf, [issuing, ...alike], { names });
  await beginnings(defaultPathLimits.names);
  await assert.rejects(beginnings(120), { code: "NAT_PATH_BUDGET", detail: "out of names" });
});

test("a path longer than allowed is not followed, a shorter one beside it is", async () => {
  let top = root;
  const chain: Forged[] = [];
  for (let i = 0; i < 19; i++) {
    top = await authority(`level ${i}`, top);
    chain.push(top);
  }
  const deep = await forgeCertificate({ name: "deep", issuer: top, signer: key() });
  await assert.rejects(validate(deep, chain), { code: "NAT_PATH_BUDGET", detail: /at most 20 certificates/ });
  assert.equal((await validate(deep, chain, { depth: 21 })).certificates.length, 21);
  const shortcut = await authority("level 18", root, top.signer);
  assert.equal((await validate(deep, [...chain, shortcut])).certificates.length, 3);
});

test("a budget that runs out keeps the cause found so far", async () => {
  const expired = await forgeCertificate({
    name: "expired",
    issuer: issuing,
    signer: key(),
    notAfter: new Date("2021-01-01T00:00:00Z"),
  });
  const other = await authority("issuing", root);
  await assert.rejects(
    validate(expired, [issuing, other], { paths: 3 }),
    (error: { code: string; cause: { code: string } }) => {
      assert.equal(error.code, "NAT_PATH_BUDGET");
      assert.equal(error.cause.code, "NAT_PATH_EXPIRED");
      return true;
    },
  );
});

test("each kind of work has its own budget", () => {
  const one = { signatures: 1, names: 1, policies: 1, extensions: 1 };
  const budget = new PathBudget({ depth: 3, paths: 2, nameConstraints: 3, ...one });
  budget.spend("signatures");
  budget.spend("paths", 2);
  budget.spend("names");
  budget.spend("policies");
  budget.spend("extensions");
  budget.spend("nameConstraints", 2);
  assert.throws(() => budget.spend("nameConstraints", 2), { code: "NAT_PATH_BUDGET" });
  budget.spend("nameConstraints");
  for (const kind of ["signatures", "paths", "names", "nameConstraints", "policies", "extensions"] as const)
    assert.throws(() => budget.spend(kind), { code: "NAT_PATH_BUDGET" });
});

test("limits are data: what was given is not used up", async () => {
  const limits: PathLimits = { ...defaultPathLimits, depth: 3, signatures: 2, paths: 2, nameConstraints: 0 };
  await validate(leaf, [issuing], limits);
  await validate(leaf, [issuing], limits);
  assert.equal(limits.signatures, 2);
});

test("certificates with the same name and key are one entity on a path", async () => {
  const again: Certificate[] = [];
  for (let i = 0; i < 3; i++) again.push((await authority("issuing", issuing, issuing.signer)).certificate);
  const path = await validatePath({
    certificate: leaf.certificate,
    intermediates: [...again, issuing.certificate],
    anchors: [root.certificate],
    at,
    verifier: nodeSignatureVerifier,
  });
  assert.deepEqual(path.certificates, [leaf.certificate, issuing.certificate, root.certificate]);
});
