// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import {
  algorithms,
  type CborValue,
  decodeCbor,
  encodeCbor,
  encodeCoseKey,
  encodeName,
  encodeX5chain,
  oids,
} from "../../formats/index.ts";
import { concatBytes, toHex } from "../../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../../testing/certificate-forge.ts";
import { evidenceBinding, evidenceRoot, forgeToken, requiredValue } from "../../testing/evidence-forge.ts";
import { eat, eatFormat, EndorsementIndex, type EvidenceContext } from "../index.ts";
import { parseEatStatement, withCertificates } from "./token.ts";

const key = () => generateKey(algorithms.ES256).signer;
const maker = encodeName([
  { oid: oids.organizationName, value: "Chip Maker" },
  { oid: oids.commonName, value: "Attestation CA" },
]);
const root = await forgeCertificate({ name: "x", subject: maker, signer: key(), extensions: authorityExtensions() });
const attester = await forgeCertificate({ name: "IAK", issuer: root, signer: key() });
const birth = key();
const binding = evidenceBinding(birth.publicKey);
const { nonce, ...unbound } = binding;
const context: EvidenceContext = {
  at: new Date("2026-11-24T12:00:00Z"),
  roots: [evidenceRoot(root, [eatFormat])],
  hash,
  verifier,
};

type Claim = readonly [number, CborValue];
const ueid = concatBytes(Uint8Array.of(1), hash.sha256(attester.signer.publicKey));
const fresh: Claim = [10, requiredValue(binding)];
const secured: Claim = [2395, 0x30ff];
const confirming = (publicKey: Uint8Array): Claim => [8, new Map([[1, decodeCbor(encodeCoseKey(publicKey))]])];
const chain = [attester.certificate.der];
const withChain = (token: Uint8Array, certificates: readonly Uint8Array[] = chain) =>
  encodeCbor(
    new Map<number, CborValue>([
      [1, token],
      [2, certificates],
    ]),
  );
const statementOf = async (...claims: Claim[]) => withChain(await forgeToken(attester.signer, claims));

const verify = (
  statement: Uint8Array,
  bound: Omit<typeof binding, "nonce"> = binding,
  more: Partial<EvidenceContext> = {},
) => eat().verify(statement, bound, { ...context, ...more });
const refuses = (code: string, found: Promise<unknown>) => assert.rejects(found, { name: "NatalisError", code });

test("a token that confirms the birth key is of custody 2", async () => {
  const statement = await statementOf(
    fresh,
    secured,
    confirming(birth.publicKey),
    [2398, "0604565272829-10010"],
    [256, ueid],
  );
  const { custody, hardware, details, root: found } = await verify(statement);
  assert.equal(custody, 2);
  assert.equal(found?.name, "test root");
  assert.deepEqual(hardware, { manufacturer: "Chip Maker", model: "0604565272829-10010" });
  assert.deepEqual(details, [
    ["UEID", toHex(ueid)],
    ["certification reference", "0604565272829-10010"],
    ["lifecycle", "0x30ff"],
    ["the birth key", "named by the attester"],
  ]);
  assert.equal((await verify(statement, unbound)).custody, 1);
});

test("a token by the birth key itself is of custody 2", async () => {
  const bound = evidenceBinding(attester.signer.publicKey);
  assert.equal((await verify(await statementOf([10, requiredValue(bound)], secured), bound)).custody, 2);
});

test("a token that knows the birth key by the nonce alone is of custody 1", async () => {
  const { custody, details } = await verify(await statementOf(fresh, secured, [2396, new Uint8Array(2)]));
  assert.equal(custody, 1);
  assert.deepEqual(details.at(-1), ["the birth key", "only within the nonce"]);
  assert.equal(nonce.length, 32);
});

test("software that was measured is told", async () => {
  const component = new Map<number, CborValue>([
    [1, "PRoT"],
    [2, Uint8Array.of(0xab)],
    [4, "1.0"],
    [5, new Uint8Array(0)],
  ]);
  const { details } = await verify(await statementOf(fresh, [2399, [component]]));
  assert.deepEqual(details[0], ["software component", "PRoT 1.0 ab"]);
});

test("another nonce or key is refused", async () => {
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(await statementOf(secured)));
  await refuses("NAT_EVIDENCE_FRESHNESS", verify(await statementOf([10, new Uint8Array(32)], secured)));
  await refuses("NAT_EVIDENCE_KEY", verify(await statementOf(fresh, secured, confirming(key().publicKey))));
  assert.equal((await verify(await statementOf([10, [new Uint8Array(32), fresh[1]]], secured))).custody, 1);
});

test("devices that are not secured are refused", async () => {
  for (const lifecycle of [0, 0x1000, 0x2fff, 0x3100, 0x4000, 0x6000, 0x13000, 0x1_0000_3000])
    await refuses("NAT_EVIDENCE_LIFECYCLE", verify(await statementOf(fresh, [2395, lifecycle])));
  await refuses("NAT_EVIDENCE_LIFECYCLE", verify(await statementOf(fresh, [263, 0])));
  for (const status of [1, 2, 3, 4]) assert.equal((await verify(await statementOf(fresh, [263, status]))).custody, 1);
});

test("a token of PSA that leaves its lifecycle unsaid is refused", async () => {
  const profiles: readonly Claim[] = [
    [265, "tag:psacertified.org,2023:psa#tfm"],
    [265, "http://arm.com/psa/2.0.0"],
    [-75000, "PSA_IOT_PROFILE_1"],
  ];
  for (const profile of profiles) {
    await refuses("NAT_EVIDENCE_LIFECYCLE", verify(await statementOf(fresh, profile)));
    assert.equal((await verify(await statementOf(fresh, profile, secured))).custody, 1);
  }
  assert.equal((await verify(await statementOf(fresh, [265, "tag:example.org,2026:other"]))).custody, 1);
});

test("a token is signed by the key that its certificates certify", async () => {
  const forged = withChain(await forgeToken(key(), [fresh, secured]));
  await refuses("NAT_EVIDENCE_SIGNATURE", verify(forged));
  const token = await forgeToken(attester.signer, [fresh]);
  await refuses("NAT_EVIDENCE_ROOT", verify(withChain(token), binding, { roots: [] }));
  const stranger = await forgeCertificate({ name: "IAK", signer: attester.signer });
  await refuses("NAT_EVIDENCE_ROOT", verify(withChain(token, [stranger.certificate.der])));
});

test("a token comes bare, tagged, with its own chain, or with one beside it", async () => {
  const header = new Map([[33, encodeX5chain(chain)]]);
  const tagged = await forgeToken(attester.signer, [fresh], header);
  for (const statement of [tagged, tagged.subarray(1), concatBytes(Uint8Array.of(0xd8, 0x3d), tagged)])
    assert.equal((await verify(statement)).custody, 1);
  const plain = await forgeToken(attester.signer, [fresh]);
  await refuses("NAT_EVIDENCE_ROOT", verify(plain));
  assert.equal((await verify(withCertificates(plain, chain))).custody, 1);
  assert.equal(withCertificates(tagged, [root.certificate.der]), tagged);
});

test("a token without certificates, by an attester that is endorsed", async () => {
  const signer = evidenceRoot(root, [], 1);
  const keys = [{ slot: "IAK", publicKey: attester.signer.publicKey, certificates: [] }];
  const endorsement = { uniqueId: toHex(ueid), hardware: { manufacturer: "Chip Maker" }, keys, root: signer };
  const format = eat({ endorsements: new EndorsementIndex([endorsement]) });
  const claims = [fresh, confirming(birth.publicKey), [256, ueid] as const];
  const found = await format.verify(await forgeToken(attester.signer, claims), binding, context);
  assert.equal(found.custody, 1);
  assert.deepEqual(found.hardware, { manufacturer: "Chip Maker" });
  await refuses("NAT_EVIDENCE_SIGNATURE", format.verify(await forgeToken(key(), claims), binding, context));
  const unknown = await forgeToken(attester.signer, [fresh, [256, ueid.with(1, 0)]]);
  await refuses("NAT_EVIDENCE_ROOT", format.verify(unknown, binding, context));
  const nameless = await forgeToken(attester.signer, [fresh]);
  await refuses("NAT_EVIDENCE_ROOT", format.verify(nameless, binding, context));
});

test("other statements are malformed", async () => {
  const token = await forgeToken(attester.signer, [fresh]);
  const shapes: CborValue[] = [
    new Map([[1, token]]),
    new Map<number, CborValue>([
      [1, token],
      [2, []],
    ]),
    new Map<number, CborValue>([
      [1, token],
      [2, chain],
      [3, 0],
    ]),
    new Map<number, CborValue>([
      [1, "token"],
      [2, chain],
    ]),
    [token],
  ];
  const bad = [new Uint8Array(0), Uint8Array.of(0xff), new Uint8Array(70_000), ...shapes.map((one) => encodeCbor(one))];
  for (const statement of bad) {
    assert.throws(() => parseEatStatement(statement), { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" });
    await refuses("NAT_EVIDENCE_MALFORMED", verify(statement));
  }
});
